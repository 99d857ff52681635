// Checks when the periods of budgets begin and end.

import { describe, expect, it } from "vitest";
import type { BudgetPeriod } from "../../src/plan/usage.ts";
import { dayOf, dayOfDate, periodOf, startOfDay } from "../../src/runtime/limits/budget-period.ts";

const at = (text: string): number => Date.parse(text);

describe("the period of a day", () => {
  it.each<[string, BudgetPeriod, string, string]>([
    ["2026-11-27T00:00:00.000Z", "day", "2026-11-27", "2026-11-28"],
    ["2026-11-27T23:59:59.999Z", "day", "2026-11-27", "2026-11-28"],
    // A Friday. The week began on Monday.
    ["2026-11-27T20:00:00Z", "week", "2026-11-23", "2026-11-30"],
    ["2026-11-23T00:00:00Z", "week", "2026-11-23", "2026-11-30"],
    ["2026-11-29T23:59:59Z", "week", "2026-11-23", "2026-11-30"],
    // A week over the end of the year.
    ["2027-01-01T12:00:00Z", "week", "2026-12-28", "2027-01-04"],
    ["1970-01-01T00:00:00Z", "week", "1969-12-29", "1970-01-05"],
    ["1969-12-28T00:00:00Z", "week", "1969-12-22", "1969-12-29"],
    ["2026-12-31T23:59:59Z", "month", "2026-12-01", "2027-01-01"],
    ["2028-02-29T12:00:00Z", "month", "2028-02-01", "2028-03-01"],
  ])("%s, %s: from %s to %s", (now, per, first, end) => {
    const { firstDay, endDay } = periodOf(per, dayOf(at(now)));
    expect([firstDay, endDay].map((day) => new Date(startOfDay(day ?? Number.NaN)).toISOString())).toEqual([
      `${first}T00:00:00.000Z`,
      `${end}T00:00:00.000Z`,
    ]);
  });

  it("never ends for total", () => {
    expect(periodOf("total", 20_000)).toEqual({ firstDay: 0, endDay: undefined });
    expect(periodOf("total", -1)).toEqual(periodOf("total", 20_000));
  });
});

describe("the day of a date", () => {
  it.each([
    ["1970-01-01", 0],
    ["2026-11-27", 20_784],
    ["2026-13-01", undefined],
    ["2026-1-1", undefined],
    ["2026-11-27T00:00:00Z", undefined],
    ["", undefined],
  ])("%s: %s", (date, day) => expect(dayOfDate(date)).toBe(day));
});
