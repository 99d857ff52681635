// Knows when the periods of budgets begin and end: UTC days, weeks from Monday, calendar months, and all time (contract, section 12).

import type { BudgetPeriod } from "../../plan/usage.ts";

const DAY_MS = 86_400_000;

/** A run of whole days. Days are counted from 1970-01-01, UTC. */
export interface Period {
  readonly firstDay: number;
  /** The first day after it; `undefined`: it never ends. */
  readonly endDay: number | undefined;
}

const ALL_TIME: Period = Object.freeze({ firstDay: 0, endDay: undefined });

/** The day of a moment. @param ms since the epoch */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** The day of a date such as `2026-11-27`; `undefined` for what is no date. */
export function dayOfDate(date: string): number | undefined {
  const ms = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(ms) ? undefined : dayOf(ms);
}

/** When a day begins, ms since the epoch. */
export function startOfDay(day: number): number {
  return day * DAY_MS;
}

/** The month that was asked for last. Nearly all requests ask for the same one, and a month takes a while to work out. */
let lastMonth = monthOf(0);

function monthOf(day: number) {
  const date = new Date(startOfDay(day));
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { firstDay: dayOf(Date.UTC(year, month, 1)), endDay: dayOf(Date.UTC(year, month + 1, 1)) };
}

/** The period that a day belongs to. */
export function periodOf(per: BudgetPeriod, day: number): Period {
  switch (per) {
    case "day":
      return { firstDay: day, endDay: day + 1 };
    case "week": {
      // Day 0 was a Thursday.
      const firstDay = day - ((((day + 3) % 7) + 7) % 7);
      return { firstDay, endDay: firstDay + 7 };
    }
    case "month":
      if (!(day >= lastMonth.firstDay && day < lastMonth.endDay)) lastMonth = monthOf(day);
      return lastMonth;
    case "total":
      return ALL_TIME;
  }
}
