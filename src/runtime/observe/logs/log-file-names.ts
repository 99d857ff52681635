// Names log files by period and number, and says which of the files in a folder are to be deleted.

import type { LogFileSpec } from "../../../plan/observability.ts";

const MINUTE_MS = 60_000;

const PERIOD_MS = { minutely: MINUTE_MS, hourly: 60 * MINUTE_MS, daily: 24 * 60 * MINUTE_MS, never: Infinity } as const;

/** How many characters of `2026-11-23T01:02` a file name contains. */
const STAMP_LENGTH = { minutely: 16, hourly: 13, daily: 10, never: 0 } as const;

/** What follows the prefix: the period, where there is one, and the number, where it is not 0. */
const REST = /^(?:\.(?<stamp>\d{4}-\d{2}-\d{2}(?:-\d{2}(?:-\d{2})?)?))?(?:\.(?<number>[1-9]\d{0,8}))?\.log$/;

type Naming = Pick<LogFileSpec, "prefix" | "rotation">;

/**
 * The name of the file for the lines of a moment, with the time its period began, in UTC: `ai-gw-lite.2026-11-23.log`.
 * For `never` it is `ai-gw-lite.log`. The next files of the same period are `ai-gw-lite.2026-11-23.1.log`, `….2.log`.
 * @param now ms since the epoch
 */
export function logFileName({ prefix, rotation }: Naming, now: number, number: number): string {
  const stamp = stampOf(rotation, now);
  return `${prefix}${stamp === "" ? "" : `.${stamp}`}${number === 0 ? "" : `.${number}`}.log`;
}

/** When the period of `now` ends. @returns ms since the epoch; `Infinity` without rotation */
export function periodEnd({ rotation }: Pick<Naming, "rotation">, now: number): number {
  const period = PERIOD_MS[rotation];
  return period === Infinity ? Infinity : (Math.floor(now / period) + 1) * period;
}

/** The highest number that a file of the period of `now` has; 0 when there is none. */
export function lastNumber(names: readonly string[], { prefix, rotation }: Naming, now: number): number {
  const stamp = stampOf(rotation, now);
  return Math.max(0, ...parsed(names, prefix).map((file) => (file.stamp === stamp ? file.number : 0)));
}

/**
 * The files to delete so that only the newest `maxFiles` remain.
 * @param names all names in the folder; only names that `logFileName` makes for this prefix are returned
 */
export function outdated(names: readonly string[], { prefix, rotation, maxFiles }: Omit<LogFileSpec, "dir">): string[] {
  const ours = parsed(names, prefix).filter(({ stamp }) => (stamp === "") === (rotation === "never"));
  ours.sort((a, b) => order(`${a.stamp}.`, `${b.stamp}.`) || a.number - b.number);
  return ours.slice(0, Math.max(0, ours.length - maxFiles)).map(({ name }) => name);
}

function stampOf(rotation: Naming["rotation"], now: number): string {
  if (rotation === "never") return "";
  return new Date(now).toISOString().slice(0, STAMP_LENGTH[rotation]).replaceAll(/[T:]/g, "-");
}

function parsed(names: readonly string[], prefix: string) {
  return names.flatMap((name) => {
    const groups = name.startsWith(prefix) ? REST.exec(name.slice(prefix.length))?.groups : undefined;
    return groups === undefined ? [] : [{ name, stamp: groups["stamp"] ?? "", number: Number(groups["number"] ?? 0) }];
  });
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
