// Turns what was charged by date into what was charged by day, as Redis is told it.

import type { Charge } from "../../../plan/usage.ts";
import { dayOfDate } from "../budget-period.ts";
import { wholeCharge } from "../client-usage.ts";
import type { DayCharge } from "./shared-counts.ts";

/** @param byDate by UTC date, such as `2026-11-27`. What is no date is left out @returns in whole numbers */
export function dayCharges(byDate: ReadonlyMap<string, Charge>): DayCharge[] {
  return [...byDate].flatMap(([date, charge]) => {
    const day = dayOfDate(date);
    return day === undefined ? [] : [{ day, ...wholeCharge(charge) }];
  });
}
