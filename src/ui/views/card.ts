// What does a framed part of the page look like? A heading, room for a word beside it, and its content.

import { el, freshId } from "../dom.ts";

export interface Card {
  readonly root: HTMLElement;
  readonly headingId: string;
}

/** A group with a heading of level 3 that names it. No landmark: a page of a dozen would have none worth jumping to. */
export function card(name: string, title: string, ...content: readonly Node[]): Card {
  const headingId = freshId(name);
  const heading = el("h3", { id: headingId }, title);
  const root = el("div", { class: `card ${name}`, role: "group", "aria-labelledby": headingId }, heading, ...content);
  return { root, headingId };
}

/** A table that may be wider or longer than its room: it scrolls, by keyboard too. */
export function scrolling(label: string, table: HTMLTableElement): HTMLElement {
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, table);
}
