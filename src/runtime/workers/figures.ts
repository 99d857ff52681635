// Describes the figures that only a worker knows, and puts those of all workers together.

import type { ShownBudget } from "../limits/budgets.ts";
import type { ShownHealth } from "../limits/shown-health.ts";
import type { ProcessFigures } from "../observe/metrics/process-figures.ts";
import type { SharedState } from "../observe/metrics/state-families.ts";

/** What a worker knows at one moment. It can be cloned, and holds no secret. */
export interface Figures {
  /** How many exchanges wait for their upstream, by the id of the route. */
  readonly waiting: ReadonlyMap<string, number>;
  /** How many requests the clients with `max_inflight` have in flight, by the id of the client. */
  readonly clients: ReadonlyMap<string, number>;
  /** Of the upstreams of pools. */
  readonly health: readonly ShownHealth[];
  readonly budgets: readonly ShownBudget[];
  /** `undefined` where nothing is shared. */
  readonly state: SharedState | undefined;
  /** `undefined` without metrics. */
  readonly process: ProcessFigures | undefined;
}

/** The sums over workers. @param pick takes one table of a worker's figures */
export function summed(
  all: readonly Figures[],
  pick: (figures: Figures) => ReadonlyMap<string, number>,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const figures of all) for (const [key, count] of pick(figures)) sums.set(key, (sums.get(key) ?? 0) + count);
  return sums;
}

const ORDER: readonly ShownHealth["state"][] = ["well", "probing", "cooling"];

/**
 * The health of each upstream. It is shown as the worker sees it that sees it worst: each worker finds out by its own requests, and an
 * operator wants to know of the first one that has.
 */
export function worstHealth(all: readonly Figures[]): ShownHealth[] {
  const worst = new Map<string, ShownHealth>();
  for (const { health } of all) {
    for (const shown of health) {
      const key = `${shown.upstream.length} ${shown.upstream}${shown.routeId}`;
      const other = worst.get(key);
      if (other === undefined || isWorse(shown, other)) worst.set(key, shown);
    }
  }
  return [...worst.values()];
}

function isWorse(one: ShownHealth, other: ShownHealth): boolean {
  const difference = ORDER.indexOf(one.state) - ORDER.indexOf(other.state);
  return difference > 0 || (difference === 0 && (one.untilMs ?? 0) > (other.untilMs ?? 0));
}

/**
 * The budgets as they are known best. Workers share what is used, so the highest figure is the newest one.
 * @param own as the primary knows them, from the ledger: they say which there are. Nothing is reserved there
 */
export function newestBudgets(own: readonly ShownBudget[], all: readonly Figures[]): ShownBudget[] {
  const newest = new Map<string, Pick<ShownBudget, "used" | "reserved">>();
  for (const { budgets } of all) {
    for (const budget of budgets) {
      const { used, reserved } = newest.get(budgetKey(budget)) ?? budget;
      newest.set(budgetKey(budget), {
        used: Math.max(used, budget.used),
        reserved: Math.max(reserved, budget.reserved),
      });
    }
  }
  return own.map((budget) => {
    const { used, reserved } = newest.get(budgetKey(budget)) ?? budget;
    return { ...budget, used: Math.max(used, budget.used), reserved };
  });
}

/** A client may have several budgets of the same period and unit. One of a period that is over, or of another config, is another one. */
function budgetKey({ client, per, unit, max, endsAtMs }: ShownBudget): string {
  return `${per} ${unit} ${max} ${endsAtMs} ${client}`;
}
