// How do a table's rows follow the figures? In place: a row that stays keeps its element, and with it a reader's selection.

import { el, setText } from "../dom.ts";

export interface Cell {
  readonly text: string;
  /** Smaller words after the text. */
  readonly note?: string;
  /** A bar beside the text, 0 to 1. */
  readonly bar?: number;
  /** Nothing to see here: the eye may pass over it. */
  readonly quiet?: boolean;
}

/** A table's body. The first cell of each row is its heading. */
export class Rows {
  readonly body = el("tbody");
  readonly #empty: HTMLTableRowElement;
  readonly #emptyCell: HTMLTableCellElement;

  /** @param columns how many there are */
  constructor(columns: number) {
    this.#emptyCell = el("td", { colspan: columns, class: "empty-row" });
    this.#empty = el("tr", {}, this.#emptyCell);
  }

  /** @param empty what to say when there are no rows */
  show(rows: readonly (readonly Cell[])[], empty: string): void {
    const { body } = this;
    if (rows.length === 0) {
      setText(this.#emptyCell, empty);
      if (this.#empty.parentElement === null) body.replaceChildren(this.#empty);
      return;
    }
    this.#empty.remove();
    rows.forEach((cells, index) => {
      const row = body.rows[index] ?? body.appendChild(makeRow(cells.length));
      cells.forEach((cell, at) => {
        const element = row.cells[at];
        if (element !== undefined) fill(element, cell);
      });
    });
    while (body.rows.length > rows.length) body.deleteRow(-1);
  }
}

function makeRow(columns: number): HTMLTableRowElement {
  const cells = Array.from({ length: columns }, (_, at) =>
    at === 0 ? el("th", { scope: "row" }, el("span")) : el("td", { class: "number" }, el("span")),
  );
  return el("tr", {}, ...cells);
}

function fill(element: HTMLTableCellElement, { text, note, bar, quiet = false }: Cell): void {
  const [words] = element.children;
  if (words !== undefined) setText(words, text);
  element.classList.toggle("quiet", quiet);
  if (note !== undefined) setText(part(element, "note"), note);
  else element.querySelector(".note")?.remove();
  if (bar !== undefined) fillBar(part(element, "bar"), bar);
  else element.querySelector(".bar")?.remove();
}

function part(element: HTMLElement, name: "note" | "bar"): HTMLElement {
  const there = element.querySelector<HTMLElement>(`.${name}`);
  if (there !== null) return there;
  return element.appendChild(el("span", name === "bar" ? { class: name, "aria-hidden": "true" } : { class: name }));
}

/** Sets how full a bar is. Through the style object: the page's policy allows no style attribute. */
export function fillBar(bar: HTMLElement, ratio: number): void {
  bar.style.setProperty("--full", String(Math.min(1, Math.max(0, ratio))));
}
