// Prints the sums of the ledger as a table, CSV or JSON.

import { TICKS_PER_USD } from "../../plan/usage.ts";
import { type Group, type SumsRow, TOKEN_COLUMNS } from "../../runtime/usage/ledger/read-ledger.ts";
import { type Cell, csvText } from "./csv.ts";

const SUM_COLUMNS = ["requests", ...TOKEN_COLUMNS, "cost_usd"] as const;

/** 1 USD has 10 decimal places of ticks. */
const PLACES = 10;

/** USD as a decimal number without an exponent, exactly. */
export function usdText(ticks: number): string {
  const digits = String(ticks).padStart(PLACES + 1, "0");
  const fraction = digits.slice(-PLACES).replace(/0+$/, "");
  return `${digits.slice(0, -PLACES)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** @returns RFC 4180, with a header */
export function csvReport(by: readonly Group[], rows: readonly SumsRow[]): string {
  const cells = rows.map((row): Cell[] => [...row.group, ...numberTexts(row).map((number) => number && { number })]);
  return csvText([...by, ...SUM_COLUMNS], cells);
}

/** @returns `{"rows": […]}`, each row with its groups and its sums */
export function jsonReport(by: readonly Group[], rows: readonly SumsRow[]): string {
  const list = rows.map(({ group, requests, tokens, costTicks }) => ({
    ...Object.fromEntries(by.map((name, i) => [name, group[i] ?? null])),
    requests,
    ...tokens,
    cost_usd: costTicks === null ? null : costTicks / TICKS_PER_USD,
  }));
  return `${JSON.stringify({ rows: list }, undefined, 2)}\n`;
}

/** @returns columns with spaces between them; `-` where nothing is known */
export function tableReport(by: readonly Group[], rows: readonly SumsRow[]): string {
  const lines = [
    [...by, ...SUM_COLUMNS],
    ...rows.map((row) => [...row.group.map(shown), ...numberTexts(row).map((text) => text ?? "-")]),
  ];
  const widths = lines[0]?.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0))) ?? [];
  const isName = (column: number): boolean => column < by.length;
  return lines
    .map((line) =>
      line.map((cell, i) => (isName(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  "),
    )
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

/** A name from a response may hold anything: nothing in it may steer the terminal. */
function shown(name: string | null): string {
  return name === null ? "-" : name.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\ufffd");
}

function numberTexts({ requests, tokens, costTicks }: SumsRow): (string | null)[] {
  const counts = TOKEN_COLUMNS.map((column) => tokens[column]).map((count) => (count === null ? null : String(count)));
  return [String(requests), ...counts, costTicks === null ? null : usdText(costTicks)];
}
