// Updates the rows of a table in place. A row keeps its element, and so the user's text selection.

import type { Tone } from "../charts/chart-specs.ts";
import { el, setAttribute, setName, setText } from "../dom.ts";
import type { UpstreamState } from "../summary.ts";

export interface Cell {
  readonly text: string;
  /** A remark in smaller letters after the text. */
  readonly note?: string | undefined;
  /** The colour of a dot before the text. */
  readonly dot?: Tone | UpstreamState;
  /** The length of a bar beside the text, 0 to 1. */
  readonly bar?: number;
  /** Shown in a weaker colour, for values of no interest such as 0. */
  readonly muted?: boolean;
}

/** The body of a table. The first cell of each row is the heading of that row. */
export class TableRows {
  readonly body = el("tbody", { role: "rowgroup" });
  readonly #labels: readonly string[];
  readonly #words: number | undefined;
  readonly #empty: HTMLTableRowElement;
  readonly #emptyCell: HTMLTableCellElement;

  /**
   * @param labels the name of each column; on a phone, where a row becomes a card, it stands above the value
   * @param options `words` is the index of a column that has words instead of numbers
   */
  constructor(labels: readonly string[], { words }: { readonly words?: number } = {}) {
    this.#labels = labels;
    this.#words = words;
    this.#emptyCell = el("td", { colspan: labels.length, class: "empty-row", role: "cell" });
    this.#empty = el("tr", { role: "row" }, this.#emptyCell);
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
      const row = body.rows[index] ?? body.appendChild(makeRow(this.#labels, this.#words));
      cells.forEach((cell, at) => {
        const element = row.cells[at];
        if (element !== undefined) fillCell(element, cell);
      });
    });
    while (body.rows.length > rows.length) body.deleteRow(-1);
  }
}

/** Roles are set explicitly, because a table that is laid out as cards loses those of its elements in some browsers. */
function makeRow(labels: readonly string[], words: number | undefined): HTMLTableRowElement {
  const cells = labels.map((label, at) =>
    at === 0
      ? el("th", { scope: "row", role: "rowheader" }, el("span"))
      : el("td", { class: at === words ? "words" : "number", role: "cell", "data-label": label }, el("span")),
  );
  return el("tr", { role: "row" }, ...cells);
}

function fillCell(element: HTMLTableCellElement, { text, note, dot, bar, muted = false }: Cell): void {
  const [textElement] = element.children;
  if (textElement !== undefined) {
    if (element.tagName === "TH") {
      setName(textElement, text);
      // A very long name is cut: its title has all of it.
      setAttribute(textElement, "title", text);
    } else {
      setText(textElement, text);
    }
    if (dot !== undefined) setAttribute(textElement, "class", `dotted tone-${dot}`);
  }
  element.classList.toggle("muted", muted);
  if (note !== undefined) fillNote(element, note);
  else element.querySelector(".note")?.remove();
  if (bar !== undefined) fillBar(childSpan(element, "bar"), bar);
  else element.querySelector(".bar")?.remove();
}

/** A note beside a name may hold another name, which is cut if it is very long. */
function fillNote(element: HTMLTableCellElement, note: string): void {
  const span = childSpan(element, "note");
  setText(span, note);
  if (element.tagName === "TH") setAttribute(span, "title", note);
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
