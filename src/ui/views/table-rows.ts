// Updates the rows of a table in place. A row keeps its element, and so the user's text selection.

import { el, setText } from "../dom.ts";

export interface Cell {
  readonly text: string;
  /** A remark in smaller letters after the text. */
  readonly note?: string;
  /** The length of a bar beside the text, 0 to 1. */
  readonly bar?: number;
  /** Shown in a weaker colour, for values of no interest such as 0. */
  readonly muted?: boolean;
}

/** The body of a table. The first cell of each row is the heading of that row. */
export class TableRows {
  readonly body = el("tbody");
  readonly #empty: HTMLTableRowElement;
  readonly #emptyCell: HTMLTableCellElement;

  /** @param columns the number of columns */
  constructor(columns: number) {
    this.#emptyCell = el("td", { colspan: columns, class: "empty-row" });
    this.#empty = el("tr", {}, this.#emptyCell);
  }

  /** @param empty the text shown if there are no rows */
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
        if (element !== undefined) fillCell(element, cell);
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

function fillCell(element: HTMLTableCellElement, { text, note, bar, muted = false }: Cell): void {
  const [textElement] = element.children;
  if (textElement !== undefined) setText(textElement, text);
  element.classList.toggle("muted", muted);
  if (note !== undefined) setText(childSpan(element, "note"), note);
  else element.querySelector(".note")?.remove();
  if (bar !== undefined) fillBar(childSpan(element, "bar"), bar);
  else element.querySelector(".bar")?.remove();
}

/** Returns the cell's note or bar, and adds it if it is missing. */
function childSpan(element: HTMLElement, name: "note" | "bar"): HTMLElement {
  const present = element.querySelector<HTMLElement>(`.${name}`);
  if (present !== null) return present;
  return element.appendChild(el("span", name === "bar" ? { class: name, "aria-hidden": "true" } : { class: name }));
}

/** Sets the length of a bar, 0 to 1. The page's content policy forbids style attributes, so this uses the style object. */
export function fillBar(bar: HTMLElement, ratio: number): void {
  bar.style.setProperty("--fill", String(Math.min(1, Math.max(0, ratio))));
}
