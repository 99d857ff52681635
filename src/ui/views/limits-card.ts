// Shows how much of each limit is in use, for the gateway and for each route that has a limit.

import { el, setAttribute, setText } from "../dom.ts";
import { NO_VALUE } from "../formats.ts";
import type { Locale } from "../locale.ts";
import type { Summary } from "../summary.ts";
import { card, type View } from "./card.ts";
import { longList } from "./long-list.ts";
import { fillBar } from "./table-rows.ts";

interface Gauge {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  /** The share of the limit in use, 0 to 1; absent if there is no limit. */
  readonly ratio?: number;
}

/** A gauge changes its colour from this ratio on. */
const NEARLY_FULL = 0.8;

/** How many gauges are shown at first: those of the gateway, and of the routes with the most requests. */
const MAX_GAUGES = 8;

export function limitsCard(locale: Locale): View {
  const list = el("ul", { class: "gauges", "data-list": "limits" });
  let shown: readonly Gauge[] = [];
  const show = () => {
    const gauges = long.visible(shown);
    while (list.children.length > gauges.length) list.lastElementChild?.remove();
    gauges.forEach((gauge, at) => {
      updateGauge(list.children[at] ?? list.appendChild(makeGauge()), gauge);
    });
  };
  const long = longList(locale, MAX_GAUGES, show);
  const { root } = card("limits", locale.texts.limits.title, list, long.button);
  return {
    root,
    update(summary) {
      shown = gaugesOf(summary, locale);
      show();
    },
  };
}

function gaugesOf({ limits, routes }: Summary, { texts, formats }: Locale): Gauge[] {
  const { count } = formats;
  const now = limits.downstream_inflight_current;
  const max = limits.downstream_max_inflight;
  const gateway: Gauge = {
    name: texts.limits.gateway,
    value: max === null ? texts.limits.noLimit : texts.limits.of(count(now), count(max)),
    note: texts.limits.peakDay(count(limits.downstream_inflight_peak_24h)),
    ...(max === null ? {} : { ratio: now / max }),
  };
  const rate: Gauge = {
    name: texts.limits.rate,
    value:
      limits.rate_per_minute === null ? texts.limits.noLimit : texts.limits.perMinute(count(limits.rate_per_minute)),
    note: "",
  };
  const limited = routes.flatMap((route): Gauge[] => {
    const { upstream_max_inflight: limit, queue_waiting: waiting } = route;
    if (limit === null) return [];
    const inUse = Math.max(0, route.inflight_current - waiting);
    return [
      {
        name: texts.limits.upstream(route.route_id),
        value: texts.limits.of(count(inUse), count(limit)),
        note: waiting === 0 ? texts.limits.perKey : texts.limits.waiting(count(waiting)),
        ratio: inUse / limit,
      },
    ];
  });
  const none: Gauge = { name: texts.limits.noUpstreamLimit, value: "", note: "" };
  // In a long list, limits that are nearly full come first, so that they are visible.
  if (limited.length + 2 > MAX_GAUGES) limited.sort((a, b) => Number(isNearlyFull(b)) - Number(isNearlyFull(a)));
  return [gateway, rate, ...(limited.length === 0 ? [none] : limited)];
}

function makeGauge(): HTMLElement {
  return el(
    "li",
    {},
    el("span", { class: "gauge-name" }),
    el("span", { class: "gauge-value" }, NO_VALUE),
    el("span", { class: "bar", "aria-hidden": "true" }),
    el("span", { class: "gauge-note" }),
  );
}

function updateGauge(item: Element, gauge: Gauge): void {
  const { name, value, note, ratio } = gauge;
  const [nameElement, valueElement, bar, noteElement] = item.children;
  if (nameElement !== undefined) {
    setText(nameElement, name);
    // A long name may be cut: its title has all of it.
    setAttribute(nameElement, "title", name);
  }
  if (valueElement !== undefined) setText(valueElement, value);
  if (noteElement !== undefined) setText(noteElement, note);
  if (!(bar instanceof HTMLElement)) return;
  bar.hidden = ratio === undefined;
  bar.classList.toggle("nearly-full", isNearlyFull(gauge));
  fillBar(bar, ratio ?? 0);
}

function isNearlyFull({ ratio = 0 }: Gauge): boolean {
  return ratio >= NEARLY_FULL;
}
