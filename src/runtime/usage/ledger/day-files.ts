// Names the files of the ledger by the UTC day on which they were written, lists them, and counts in days.

import { readdir } from "node:fs/promises";

const NAME = /^usage-(\d{4}-\d\d-\d\d)\.jsonl$/;
export const DAY_MS = 86_400_000;

/** @param day `YYYY-MM-DD` */
export function fileOfDay(day: string): string {
  return `usage-${day}.jsonl`;
}

/** The day of a file of the ledger; `undefined` for the name of another file. */
export function dayOfFile(name: string): string | undefined {
  const day = NAME.exec(name)?.[1];
  return day === undefined || Number.isNaN(startOfDay(day)) ? undefined : day;
}

/**
 * The days that have a file, in their order.
 * @throws the error of the system when the folder can't be read
 */
export async function daysIn(dir: string): Promise<string[]> {
  const days = (await readdir(dir)).map(dayOfFile).filter((day) => day !== undefined);
  return days.sort();
}

/** The UTC day of a moment, as `YYYY-MM-DD`. @param ms since the epoch */
export function dayAt(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** When a day begins, ms since the epoch. */
export function startOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00.000Z`);
}

/** The day that many days after another. */
export function dayAfter(day: string, days: number): string {
  return dayAt(startOfDay(day) + days * DAY_MS);
}

/** How many days later `day` is than `earlier`; negative when it is before it. */
export function daysBetween(earlier: string, day: string): number {
  return Math.round((startOfDay(day) - startOfDay(earlier)) / DAY_MS);
}
