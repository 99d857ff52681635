// How near are the limits? What is used now against what is allowed, for the gateway and for each route that has one.

import { el, setText } from "../dom.ts";
import { NONE } from "../formats.ts";
import type { Reader, View } from "../reader.ts";
import type { Summary } from "../summary.ts";
import { card } from "./card.ts";
import { fillBar } from "./rows.ts";

interface Gauge {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  /** How full it is, 0 to 1; absent where there is no ceiling to fill to. */
  readonly ratio?: number;
}

/** From here on a gauge says so by its colour. */
const NEARLY_FULL = 0.8;

export function limitsCard(reader: Reader): View {
  const list = el("ul", { class: "gauges", "data-list": "limits" });
  const { root } = card("limits", reader.words.limits.title, list);
  return {
    root,
    update(summary) {
      const gauges = gaugesOf(summary, reader);
      while (list.children.length > gauges.length) list.lastElementChild?.remove();
      gauges.forEach((gauge, at) => {
        show(list.children[at] ?? list.appendChild(makeGauge()), gauge);
      });
    },
  };
}

function gaugesOf({ limits, routes }: Summary, { words, formats }: Reader): Gauge[] {
  const { count } = formats;
  const now = limits.downstream_inflight_current;
  const max = limits.downstream_max_inflight;
  const gateway: Gauge = {
    name: words.limits.gateway,
    value: max === null ? words.limits.noLimit : words.limits.of(count(now), count(max)),
    note: words.limits.peakDay(count(limits.downstream_inflight_peak_24h)),
    ...(max === null ? {} : { ratio: now / max }),
  };
  const rate: Gauge = {
    name: words.limits.rate,
    value:
      limits.rate_per_minute === null ? words.limits.noLimit : words.limits.perMinute(count(limits.rate_per_minute)),
    note: "",
  };
  const limited = routes.flatMap((route): Gauge[] => {
    const { upstream_max_inflight: ceiling, queue_waiting: waiting } = route;
    if (ceiling === null) return [];
    const sent = Math.max(0, route.inflight_current - waiting);
    return [
      {
        name: words.limits.upstream(route.route_id),
        value: words.limits.of(count(sent), count(ceiling)),
        note: waiting === 0 ? words.limits.perKey : words.limits.waiting(count(waiting)),
        ratio: sent / ceiling,
      },
    ];
  });
  const none: Gauge = { name: words.limits.noUpstreamLimit, value: "", note: "" };
  return [gateway, rate, ...(limited.length === 0 ? [none] : limited)];
}

function makeGauge(): HTMLElement {
  return el(
    "li",
    {},
    el("span", { class: "gauge-name" }),
    el("span", { class: "gauge-value" }, NONE),
    el("span", { class: "bar", "aria-hidden": "true" }),
    el("span", { class: "gauge-note" }),
  );
}

function show(item: Element, { name, value, note, ratio }: Gauge): void {
  const [nameElement, valueElement, bar, noteElement] = item.children;
  if (nameElement !== undefined) setText(nameElement, name);
  if (valueElement !== undefined) setText(valueElement, value);
  if (noteElement !== undefined) setText(noteElement, note);
  if (!(bar instanceof HTMLElement)) return;
  bar.hidden = ratio === undefined;
  bar.classList.toggle("nearly-full", (ratio ?? 0) >= NEARLY_FULL);
  fillBar(bar, ratio ?? 0);
}
