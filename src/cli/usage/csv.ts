// Writes CSV (RFC 4180) that is safe to open in a spreadsheet.

/** A number is given as its text, `null` is an empty cell. */
export type Cell = { readonly number: string } | string | null;

/** A spreadsheet takes a text that begins with one of these for a formula. */
const FORMULA_START = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]/;

export function csvText(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(cellText).join(",")}\r\n`).join("");
}

/** A text that a spreadsheet would take for a formula gets a `'` in front. Only an attacker gives models such names. */
function cellText(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell !== "string") return cell.number;
  const text = FORMULA_START.test(cell) ? `'${cell}` : cell;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
