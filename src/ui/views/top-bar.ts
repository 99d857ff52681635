// Shows the bar at the top: the state of the page, the time range, pause, colours and "Forget token".

import { el, setText, uniqueId } from "../dom.ts";
import type { Locale } from "../locale.ts";
import { RANGES, type Range } from "../summary.ts";
import { readTheme, type Theme } from "../theme.ts";

export type PageState = "loading" | "live" | "paused" | "unavailable";

export interface TopBarEvents {
  onRange(range: Range): void;
  onPause(paused: boolean): void;
  onTheme(theme: Theme): void;
  onForgetToken(): void;
}

export interface TopBar {
  readonly root: HTMLElement;
  /** @param updated when the data shown was made, unix ms */
  showState(state: PageState, updated: number | undefined): void;
  /** Marks a time range as chosen. */
  showRange(range: Range): void;
}

export function topBar({ texts, formats }: Locale, events: TopBarEvents): TopBar {
  const name = el("h1", {}, el("span", {}, texts.product), " ", el("small", {}, texts.page));
  const pill = el("span", { class: "pill", "data-state": "loading" }, texts.status.loading);
  const updated = el("span", { class: "updated" });
  const ranges = rangeControl(texts, events.onRange);
  const controls = el(
    "div",
    { class: "controls", role: "group", "aria-label": texts.controls.label },
    ranges.root,
    themeControl(texts, events.onTheme),
    pauseControl(texts, events.onPause),
    button(texts.controls.forgetToken, events.onForgetToken),
  );
  const brand = el("div", { class: "brand" }, el("img", { src: "ui/icon.svg", alt: "", width: 26, height: 26 }), name);
  const root = el("header", { class: "top-bar" }, brand, el("p", { class: "state" }, pill, " ", updated), controls);
  return {
    root,
    showState(state, at) {
      pill.dataset["state"] = state;
      setText(pill, texts.status[state]);
      setText(updated, at === undefined ? "" : texts.status.updated(formats.timeOfDay(at)));
    },
    showRange: ranges.show,
  };
}

function button(text: string, onClick: () => void): HTMLButtonElement {
  const made = el("button", { type: "button" }, text);
  made.addEventListener("click", onClick);
  return made;
}

function rangeControl({ controls }: Locale["texts"], onRange: (range: Range) => void) {
  const group = uniqueId("range");
  const inputs = RANGES.map((range) => {
    const input = el("input", { type: "radio", name: group, value: range });
    input.addEventListener("change", () => onRange(range));
    return { range, input, root: el("label", {}, input, el("span", {}, controls.ranges[range])) };
  });
  const legend = el("legend", { class: "visually-hidden" }, controls.range);
  return {
    root: el("fieldset", { class: "segments" }, legend, ...inputs.map(({ root }) => root)),
    show(chosen: Range) {
      for (const { range, input } of inputs) input.checked = range === chosen;
    },
  };
}

function themeControl({ controls }: Locale["texts"], onTheme: (theme: Theme) => void): HTMLElement {
  const now = readTheme();
  const themes = ["auto", "light", "dark"] as const;
  const options = themes.map((theme) =>
    el("option", { value: theme, selected: theme === now }, controls.themes[theme]),
  );
  const select = el("select", {}, ...options);
  select.addEventListener("change", () => onTheme(themes.find((theme) => theme === select.value) ?? "auto"));
  return el("label", { class: "theme" }, el("span", { class: "visually-hidden" }, controls.theme), select);
}

function pauseControl({ controls }: Locale["texts"], onPause: (paused: boolean) => void): HTMLElement {
  let paused = false;
  const made = button(controls.pause, () => {
    paused = !paused;
    setText(made, paused ? controls.resume : controls.pause);
    onPause(paused);
  });
  made.classList.add("pause");
  return made;
}
