// Shows budgets in the summary and in Prometheus: amounts in tokens or USD, and how much of each is used.

import { TICKS_PER_USD } from "../../../plan/usage.ts";
import type { ShownBudget } from "../../limits/budgets.ts";

/** The budgets of the summary, in the order of the config. */
export function budgetRows(budgets: readonly ShownBudget[]) {
  return budgets.map(({ client, per, unit, used, reserved, max, endsAtMs }) => {
    const amount = (value: number) => (unit === "usd" ? value / TICKS_PER_USD : value);
    const ends = endsAtMs === undefined ? {} : { ends_at_unix_ms: endsAtMs };
    return { client, per, unit, used: amount(used), reserved: amount(reserved), max: amount(max), ...ends };
  });
}

/** How much of a budget is used, 0 to 1, or above 1 for one that is overdrawn. A budget of nothing is used up. */
export function usedRatio({ used, max }: ShownBudget): number {
  return max === 0 ? 1 : used / max;
}
