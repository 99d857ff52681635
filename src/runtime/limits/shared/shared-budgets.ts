// Counts what clients use where several processes share their budgets. This process also keeps counts of its own, for the time when Redis
// is away.

import type { Charge, ClientBudgets } from "../../../plan/usage.ts";
import { dayOf, periodOf, startOfDay } from "../budget-period.ts";
import { type Budgets, boundsOf, type ShownBudget } from "../budgets.ts";
import { clientKey } from "../client-key.ts";
import { wholeCharge } from "../client-usage.ts";
import { eachOf } from "./each-of.ts";
import type { SharedCounts, SharedUsage } from "./shared-counts.ts";
import type { SharedLimits } from "./shared-limits.ts";

export class SharedBudgets {
  /** Those of this process. */
  readonly #local: Budgets;
  readonly #shared: SharedLimits;
  readonly #counts: Pick<SharedCounts, "used">;

  constructor(local: Budgets, shared: SharedLimits, counts: Pick<SharedCounts, "used">) {
    this.#local = local;
    this.#shared = shared;
    this.#counts = counts;
  }

  /** Counts what a client used without a reservation. @param at when the exchange began, ms since the epoch */
  charge(client: string, limits: ClientBudgets | undefined, charge: Charge, at: number): void {
    this.#local.charge(client, limits, charge, at);
    this.#shared.charge(client, this.#shared.charges.add(client, dayOf(at), wholeCharge(charge)));
  }

  /** The state of budgets in their current periods, over all processes. Without Redis, that of this process. */
  async shown(now: number, limits: ReadonlyMap<string, ClientBudgets>): Promise<ShownBudget[]> {
    if (!this.#shared.usable) return this.#local.shown(now, limits);
    try {
      const shown = new Map<string, ShownBudget[]>();
      await eachOf([...limits], async ([client, own]) => {
        shown.set(client, shownOf(client, own, await this.#counts.used(clientKey(client))));
      });
      return [...limits.keys()].flatMap((client) => shown.get(client) ?? []);
    } catch {
      return this.#local.shown(now, limits);
    }
  }
}

function shownOf(client: string, limits: ClientBudgets, usage: SharedUsage): ShownBudget[] {
  return boundsOf(limits).map(({ per, unit, max }) => {
    const { settled, reserved } = usage.of(per, unit);
    const { endDay } = periodOf(per, dayOf(usage.at));
    const endsAtMs = endDay === undefined ? undefined : startOfDay(endDay);
    return { client, per, unit, used: settled, reserved, max, endsAtMs };
  });
}
