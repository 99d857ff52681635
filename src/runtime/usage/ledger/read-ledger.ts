// Sums the lines of the ledger by group, for a span of time. It reads the files alone, so a gateway may write to them meanwhile.

import { join } from "node:path";
import { DAY_MS, dayAt, daysIn, fileOfDay } from "./day-files.ts";
import { type ReadLine, readLine, ticksOf } from "./line-text.ts";
import { scanLines } from "./scan-lines.ts";

export const GROUPS = ["client", "route", "upstream", "model", "day", "hour"] as const;

/** What lines are grouped by. A day is `YYYY-MM-DD`, an hour `YYYY-MM-DDTHH:00:00Z`, both in UTC. */
export type Group = (typeof GROUPS)[number];

export interface SumsQuery {
  /** Exchanges that began at this time or later, ms since the epoch. */
  readonly since: number | undefined;
  /** Exchanges that began before this time, ms since the epoch. */
  readonly until: number | undefined;
  readonly by: readonly Group[];
  /**
   * How long the names of all groups may be together, characters: clients can ask for models without end. What is beyond it is in rows
   * without a model. Without it, any length.
   */
  readonly maxNameChars?: number;
}

/** The counts of tokens that are summed. */
export const TOKEN_COLUMNS = [
  "input_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "output_tokens",
  "reasoning_tokens",
] as const;

export type TokenColumn = (typeof TOKEN_COLUMNS)[number];

export interface SumsRow {
  /** In the order of the query's `by`. `null`: the line names none, such as an unknown model. */
  readonly group: readonly (string | null)[];
  readonly requests: number;
  /** `null` when no line of the group has a number. */
  readonly tokens: Readonly<Record<TokenColumn, number | null>>;
  /** Of the requests with a known cost, ticks; `null` when no cost is known. */
  readonly costTicks: number | null;
  /** How many requests have no known cost. */
  readonly unpriced: number;
}

export interface LedgerSums {
  /** Sorted by their groups. */
  readonly rows: readonly SumsRow[];
  /** Lines that can't be read. */
  readonly skipped: number;
}

/**
 * Where lines can be. A line is never in the file of a day before its exchange began. It is in a later one when the exchange was
 * still running then, or when the disk was full: as many days later as the checkpoint says.
 */
export interface ReadBounds {
  readonly lagDays: number;
  /** `lagDays` holds for the files before this day. Those from it on are read in any case. */
  readonly knownTo: string;
}

/**
 * Sums lines. Other work goes on meanwhile.
 * @param bounds without it, all files from the query's first day on are read
 * @throws the error of the system when the folder or a file can't be read
 */
export async function sumLedger(dir: string, query: SumsQuery, bounds?: ReadBounds): Promise<LedgerSums> {
  const since = timeText(query.since) ?? "";
  const until = timeText(query.until) ?? "~";
  const rows = new Rows(query);
  let skipped = 0;
  const add = (text: string): boolean => {
    const line = readLine(text);
    if (line === undefined) return false;
    if (line.at >= since && line.at < until) rows.of(line).add(line);
    return true;
  };
  for (const day of await daysToRead(dir, query, bounds)) {
    const scanned = await scanIfThere(join(dir, fileOfDay(day)), (text) => {
      if (!isOutside(text, since, until) && !add(text)) skipped++;
    });
    if (scanned === undefined) continue;
    // The last line may be whole but for its end, or be written at this moment. That is no mistake.
    add(scanned.rest);
    skipped += scanned.overlong;
  }
  return { rows: [...rows.all].sort((a, b) => byGroup(a.group, b.group)), skipped };
}

async function daysToRead(dir: string, { since, until }: SumsQuery, bounds?: ReadBounds): Promise<string[]> {
  const first = since === undefined ? "" : dayAt(inRange(since));
  const last = until === undefined || bounds === undefined ? "~" : dayAt(inRange(until + bounds.lagDays * DAY_MS));
  return (await daysIn(dir)).filter((day) => day >= first && (day <= last || day >= (bounds?.knownTo ?? "")));
}

/** A file may be deleted for its age after it was listed. */
async function scanIfThere(path: string, onLine: (line: string) => void) {
  try {
    return await scanLines(path, 0, onLine);
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw err;
  }
}

const LINE_START = '{"at":"';

/** Whether a line is outside the span, as far as can be seen without parsing it. That is most of the time of a short span. */
function isOutside(text: string, since: string, until: string): boolean {
  if (!text.startsWith(LINE_START)) return false;
  const at = text.slice(LINE_START.length, LINE_START.length + 24);
  return at.endsWith("Z") && (at < since || at >= until);
}

/** Times that the text form of the ledger can hold. */
function inRange(ms: number): number {
  return Math.min(Math.max(ms, Date.UTC(1970, 0)), Date.UTC(9990, 0));
}

function timeText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(inRange(ms)).toISOString();
}

class Rows {
  readonly #by: readonly Group[];
  readonly #sums = new Map<string, GrowingRow>();
  #charsLeft: number;

  constructor({ by, maxNameChars = Number.POSITIVE_INFINITY }: SumsQuery) {
    this.#by = by;
    this.#charsLeft = maxNameChars;
  }

  get all(): Iterable<GrowingRow> {
    return this.#sums.values();
  }

  /** The row that a line belongs to. */
  of(line: ReadLine): GrowingRow {
    const group = this.#by.map((name) => groupOf(name, line));
    const key = JSON.stringify(group);
    const known = this.#sums.get(key);
    if (known !== undefined) return known;
    this.#charsLeft -= key.length;
    if (this.#charsLeft >= 0) return this.#row(key, group);
    const withoutModel = group.map((value, i) => (this.#by[i] === "model" ? null : value));
    return this.#row(JSON.stringify(withoutModel), withoutModel);
  }

  #row(key: string, group: readonly (string | null)[]): GrowingRow {
    const row = this.#sums.get(key) ?? new GrowingRow(group);
    this.#sums.set(key, row);
    return row;
  }
}

function groupOf(name: Group, line: ReadLine): string | null {
  if (name === "day") return line.at.slice(0, 10);
  if (name === "hour") return `${line.at.slice(0, 13)}:00:00Z`;
  const value = line[name];
  return typeof value === "string" ? value : null;
}

class GrowingRow implements SumsRow {
  readonly group: readonly (string | null)[];
  requests = 0;
  readonly tokens: Record<TokenColumn, number | null> = {
    input_tokens: null,
    cache_read_tokens: null,
    cache_write_tokens: null,
    output_tokens: null,
    reasoning_tokens: null,
  };
  costTicks: number | null = null;
  unpriced = 0;

  constructor(group: readonly (string | null)[]) {
    this.group = group;
  }

  add(line: ReadLine): void {
    this.requests++;
    for (const column of TOKEN_COLUMNS) {
      const count = line[column];
      if (typeof count === "number") this.tokens[column] = (this.tokens[column] ?? 0) + count;
    }
    if (typeof line.cost_usd === "number") this.costTicks = (this.costTicks ?? 0) + ticksOf(line.cost_usd);
    else this.unpriced++;
  }
}

/** The order of rows: by each group in turn, without a name last. */
function byGroup(a: readonly (string | null)[], b: readonly (string | null)[]): number {
  for (const [i, one] of a.entries()) {
    const other = b[i] ?? null;
    if (one === other) continue;
    if (one === null) return 1;
    return other === null || one < other ? -1 : 1;
  }
  return 0;
}
