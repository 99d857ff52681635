// Which file does a line go to, and which of the old ones are kept? Names carry the time their file began, in UTC.

import type { LogFileSpec } from "../../../plan/observability.ts";

const MINUTE_MS = 60_000;

const PERIOD_MS = { minutely: MINUTE_MS, hourly: 60 * MINUTE_MS, daily: 24 * 60 * MINUTE_MS, never: Infinity } as const;

/** How much of `2026-11-23T01:02` a name shows. */
const STAMP_LENGTH = { minutely: 16, hourly: 13, daily: 10, never: 0 } as const;

const STAMP = /^\.\d{4}-\d{2}-\d{2}(?:-\d{2}(?:-\d{2})?)?\.log$/;

type Naming = Pick<LogFileSpec, "prefix" | "rotation">;

/** The file of a moment: `ai-gw-lite.2026-11-23.log`, for `never` `ai-gw-lite.log`. @param now ms since the epoch */
export function logFileName({ prefix, rotation }: Naming, now: number): string {
  if (rotation === "never") return `${prefix}.log`;
  const stamp = new Date(now).toISOString().slice(0, STAMP_LENGTH[rotation]).replaceAll(/[T:]/g, "-");
  return `${prefix}.${stamp}.log`;
}

/** When that file's time is over, ms since the epoch. */
export function periodEnd({ rotation }: Pick<Naming, "rotation">, now: number): number {
  const period = PERIOD_MS[rotation];
  return period === Infinity ? Infinity : (Math.floor(now / period) + 1) * period;
}

/**
 * The files to delete, so that `maxFiles` are left.
 * @param names all of the folder; only names that this module makes for the prefix are touched
 */
export function outdated(names: readonly string[], prefix: string, maxFiles: number): string[] {
  const ours = names.filter((name) => name.startsWith(`${prefix}.`) && STAMP.test(name.slice(prefix.length)));
  return ours.sort().slice(0, Math.max(0, ours.length - maxFiles));
}
