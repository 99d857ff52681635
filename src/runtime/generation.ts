// How long is a plan in use? From its swap to the end of its last exchange: then it lets go of what it leased.

import type { LiveExchange } from "./exchange/exchange.ts";
import type { Plan } from "./exchange/plan.ts";
import type { LimitsLease } from "./limits/limits-lease.ts";

/** A plan, and what it leased of what outlives plans. */
export interface LinkedPlan {
  readonly plan: Plan<LiveExchange>;
  readonly limits: LimitsLease;
  /** Lets go of everything it leased, the counts among it. Called once. */
  release(): void;
}

export class PlanGeneration {
  readonly linked: LinkedPlan;
  /** Begun on this plan and not ended. */
  readonly exchanges = new Set<LiveExchange>();
  #retired: (() => void) | undefined = undefined;

  constructor(linked: LinkedPlan) {
    this.linked = linked;
  }

  began(x: LiveExchange): void {
    x.tenure = this;
    this.exchanges.add(x);
  }

  ended(x: LiveExchange): void {
    this.exchanges.delete(x);
    if (this.exchanges.size === 0) this.#retired?.();
  }

  /** No exchange begins on this plan any more. @param over called when the last one has ended, at once if there is none */
  retire(over: () => void): void {
    this.#retired = () => {
      this.#retired = undefined;
      this.linked.release();
      over();
    };
    if (this.exchanges.size === 0) this.#retired();
  }
}
