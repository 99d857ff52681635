// Defines what the views have in common: how they are updated, framed cards, and tables that scroll.

import { el, uniqueId } from "../dom.ts";
import type { Range, Summary } from "../summary.ts";

/** A part of the page that shows data. It is built once and updated with each summary. */
export interface View {
  readonly root: HTMLElement;
  update(summary: Summary, range: Range): void;
}

export interface Card {
  readonly root: HTMLElement;
  readonly headingId: string;
}

/**
 * A frame with a heading of level 3 that names it.
 * It is a group and not a landmark, because a dozen landmarks would be of no use to a screen reader.
 */
export function card(name: string, title: string, ...content: readonly Node[]): Card {
  const headingId = uniqueId(name);
  const heading = el("h3", { id: headingId }, title);
  const root = el("div", { class: `card ${name}`, role: "group", "aria-labelledby": headingId }, heading, ...content);
  return { root, headingId };
}

/** Lets a table scroll, also by keyboard, if it does not fit. */
export function scrolling(label: string, table: HTMLTableElement): HTMLElement {
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, table);
}
