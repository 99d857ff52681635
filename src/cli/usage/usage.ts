// Runs `usage`: sums the ledger in a folder, and prints the sums as a table, CSV, JSON or FOCUS.

import { readTime } from "../../compiler/index.ts";
import { readBounds } from "../../runtime/usage/ledger/read-bounds.ts";
import { GROUPS, type Group, type LedgerSums, sumLedger } from "../../runtime/usage/ledger/read-ledger.ts";
import type { Io } from "../io.ts";
import { focusCsv } from "./focus.ts";
import { csvReport, jsonReport, tableReport } from "./sums-report.ts";

export const USAGE_FORMATS = ["table", "csv", "json", "focus"] as const;

export type UsageFormat = (typeof USAGE_FORMATS)[number];

export interface UsageOptions {
  readonly dir: string;
  /** RFC 3339 times, or dates: the start of that day, UTC. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Groups, with commas between them. */
  readonly by?: string | undefined;
  readonly format: UsageFormat;
}

const DATE = /^\d{4}-\d\d-\d\d$/;

/** FOCUS wants a row for each charge period, so its groups always have one. */
const FOCUS_GROUPS: readonly Group[] = ["client", "route", "upstream", "model", "day"];

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such folder",
  ENOTDIR: "it is not a folder",
  EACCES: "permission denied",
};

/**
 * Runs `usage`.
 * @returns the exit code: 0 for a result, also an empty one; 2 for wrong usage, or a folder that can't be read or has no ledger
 */
export async function usage(options: UsageOptions, io: Io): Promise<0 | 2> {
  const { dir, format } = options;
  const query = queryOf(options);
  if (typeof query === "string") return failed(io, `error: ${query}`);
  let sums: LedgerSums;
  try {
    const bounds = await readBounds(dir);
    if (bounds === undefined)
      return failed(io, `ai-gw-lite: ${dir} has no ledger: no file has a name like usage-2026-11-23.jsonl`);
    sums = await sumLedger(dir, query, bounds);
  } catch (err) {
    const code = (err as NodeJS.ErrnoException).code ?? String(err);
    return failed(io, `ai-gw-lite: can't read the ledger in ${dir}: ${REASONS[code] ?? code}`);
  }
  io.stdout(reportOf(format, query, sums));
  io.stderr(notes(sums));
  return 0;
}

function failed(io: Io, message: string): 2 {
  io.stderr(`${message}\n`);
  return 2;
}

interface Query {
  readonly since: number | undefined;
  readonly until: number | undefined;
  readonly by: readonly Group[];
}

/** @returns what is wrong, if something is */
function queryOf({ since: from, until: to, by: list, format }: UsageOptions): Query | string {
  const [since, until] = [from, to].map((text) => (text === undefined ? undefined : timeOf(text)));
  if (from !== undefined && since === undefined) return notATime("--since", from);
  if (to !== undefined && until === undefined) return notATime("--until", to);
  if (since !== undefined && until !== undefined && until <= since) return "--until must be later than --since";
  const names = list === undefined ? (format === "focus" ? FOCUS_GROUPS : []) : list.split(",");
  const unknown = names.find((name) => !isGroup(name));
  if (unknown !== undefined) return `--by: '${unknown}' is not a group. The groups are ${GROUPS.join(", ")}`;
  const by = [...new Set(names)].filter(isGroup);
  const isDated = by.includes("day") || by.includes("hour");
  return { since, until, by: format === "focus" && !isDated ? [...by, "day"] : by };
}

function isGroup(name: string): name is Group {
  return (GROUPS as readonly string[]).includes(name);
}

/** @returns ms since the epoch */
function timeOf(text: string): number | undefined {
  return readTime(DATE.test(text) ? `${text}T00:00:00Z` : text);
}

function notATime(option: string, text: string): string {
  return `${option}: '${text}' is neither a date nor an RFC 3339 time, such as 2026-11-23T00:00:00Z`;
}

function reportOf(format: UsageFormat, query: Query, { rows }: LedgerSums): string {
  if (format === "focus") return focusCsv(query, rows);
  const report = { table: tableReport, csv: csvReport, json: jsonReport }[format];
  return report(query.by, rows);
}

/** What the reader of the sums must know, for standard error. */
function notes({ rows, skipped }: LedgerSums): string {
  const requests = rows.reduce((sum, row) => sum + row.requests, 0);
  const unpriced = rows.reduce((sum, row) => sum + row.unpriced, 0);
  return [
    ...(requests === 0 ? ["note: the ledger has no requests in this range"] : []),
    ...(unpriced === 0 ? [] : [`note: the cost of ${unpriced} of ${requests} requests is unknown and not in the sums`]),
    ...(skipped === 0 ? [] : [`note: ${skipped} lines of the ledger can't be read and are not in the sums`]),
  ]
    .map((note) => `${note}\n`)
    .join("");
}
