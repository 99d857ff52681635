// What is always in reach? The state of the page, the time span, pause, colours, and the way out.

import { el, freshId, setText } from "../dom.ts";
import type { Reader } from "../reader.ts";
import type { Range } from "../summary.ts";
import { readTheme, type Theme } from "../theme.ts";

export type PageState = "loading" | "live" | "paused" | "gone";

export interface TopBarEvents {
  onRange(range: Range): void;
  onPause(paused: boolean): void;
  onTheme(theme: Theme): void;
  onLeave(): void;
}

export interface TopBar {
  readonly root: HTMLElement;
  /** @param updated when the figures shown were made, unix ms */
  state(state: PageState, updated: number | undefined): void;
}

export function topBar({ words, formats }: Reader, events: TopBarEvents): TopBar {
  const name = el("h1", {}, el("span", {}, words.product), " ", el("small", {}, words.page));
  const pill = el("span", { class: "pill", "data-state": "loading" }, words.status.loading);
  const updated = el("span", { class: "updated" });
  const controls = el(
    "div",
    { class: "controls", role: "group", "aria-label": words.controls.label },
    rangeControl(words, events.onRange),
    themeControl(words, events.onTheme),
    pauseControl(words, events.onPause),
    button(words.controls.leave, events.onLeave),
  );
  const brand = el("div", { class: "brand" }, el("img", { src: "ui/icon.svg", alt: "", width: 26, height: 26 }), name);
  const root = el("header", { class: "top-bar" }, brand, el("p", { class: "state" }, pill, " ", updated), controls);
  return {
    root,
    state(state, at) {
      pill.dataset["state"] = state;
      setText(pill, words.status[state]);
      setText(updated, at === undefined ? "" : words.status.updated(formats.timeOfDay(at)));
    },
  };
}

function button(text: string, act: () => void): HTMLButtonElement {
  const made = el("button", { type: "button" }, text);
  made.addEventListener("click", act);
  return made;
}

function rangeControl({ controls }: Reader["words"], onRange: (range: Range) => void): HTMLElement {
  const group = freshId("range");
  const choices = (["hour", "day"] as const).map((range) => {
    const input = el("input", { type: "radio", name: group, value: range, checked: range === "hour" });
    input.addEventListener("change", () => onRange(range));
    return el("label", {}, input, el("span", {}, controls.ranges[range]));
  });
  return el("fieldset", { class: "segments" }, el("legend", { class: "unseen" }, controls.range), ...choices);
}

function themeControl({ controls }: Reader["words"], onTheme: (theme: Theme) => void): HTMLElement {
  const now = readTheme();
  const themes = ["auto", "light", "dark"] as const;
  const options = themes.map((theme) =>
    el("option", { value: theme, selected: theme === now }, controls.themes[theme]),
  );
  const select = el("select", {}, ...options);
  select.addEventListener("change", () => onTheme(themes.find((theme) => theme === select.value) ?? "auto"));
  return el("label", { class: "theme" }, el("span", { class: "unseen" }, controls.theme), select);
}

function pauseControl({ controls }: Reader["words"], onPause: (paused: boolean) => void): HTMLElement {
  let paused = false;
  const made = button(controls.pause, () => {
    paused = !paused;
    setText(made, paused ? controls.resume : controls.pause);
    onPause(paused);
  });
  made.classList.add("pause");
  return made;
}
