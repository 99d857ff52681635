// Shows a list of limits: for each a name, how much of it is in use, a bar and a note.

import { el, setAttribute, setText } from "../dom.ts";
import { NO_VALUE } from "../formats.ts";
import type { Locale } from "../locale.ts";
import { longList } from "./long-list.ts";
import { fillBar } from "./table-rows.ts";

export interface Gauge {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  /** The share of the limit in use, 0 to 1; absent if there is no limit. */
  readonly ratio?: number;
}

/** A gauge changes its colour from this ratio on. */
const NEARLY_FULL = 0.8;

export interface Gauges {
  readonly list: HTMLElement;
  /** Shows all of a long list. */
  readonly button: HTMLElement;
  show(gauges: readonly Gauge[]): void;
}

/** @param name of the list, for tests @param max how many are shown at first */
export function gaugeList(locale: Locale, name: string, max: number): Gauges {
  const list = el("ul", { class: "gauges", "data-list": name });
  let all: readonly Gauge[] = [];
  const show = () => {
    const gauges = long.visible(all);
    while (list.children.length > gauges.length) list.lastElementChild?.remove();
    gauges.forEach((gauge, at) => {
      updateGauge(list.children[at] ?? list.appendChild(makeGauge()), gauge);
    });
  };
  const long = longList(locale, max, show);
  return {
    list,
    button: long.button,
    show(gauges) {
      all = gauges;
      show();
    },
  };
}

export function isNearlyFull({ ratio = 0 }: Gauge): boolean {
  return ratio >= NEARLY_FULL;
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
