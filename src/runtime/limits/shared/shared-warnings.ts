// Decides when to warn that a budget is nearly used up, where several processes charge it.

import type { ClientBudgets } from "../../../plan/usage.ts";
import { periodOf } from "../budget-period.ts";
import { BudgetWarnings } from "../budget-warnings.ts";
import { type BudgetWarning, boundsOf } from "../budgets.ts";
import type { ChargeEffect } from "./shared-counts.ts";

/**
 * Of all processes, the one whose charge passes a percent gives its warning. When Redis comes back empty, all charges are written again, and
 * pass the same percents again: so each process remembers the percents that it has seen passed, by whatever process.
 */
export class SharedWarnings {
  readonly #clients = new Map<string, BudgetWarnings>();

  /** The warnings that a charge causes. @param limits those of the client */
  of(client: string, limits: ClientBudgets, { day, added, used }: ChargeEffect): BudgetWarning[] {
    let seen = this.#clients.get(client);
    if (seen === undefined) {
      seen = new BudgetWarnings();
      this.#clients.set(client, seen);
    }
    const warnings: BudgetWarning[] = [];
    for (const { per, unit, max } of boundsOf(limits)) {
      const now = used(per, unit);
      const before = now - (unit === "tokens" ? added.tokens : added.ticks);
      const { firstDay } = periodOf(per, day);
      for (const percent of seen.passed({ per, unit, firstDay }, now, max)) {
        if (before < (max * percent) / 100) warnings.push({ client, per, unit, percent });
      }
    }
    return warnings;
  }
}
