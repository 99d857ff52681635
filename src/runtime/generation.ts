// Keeps a plan in use until its last exchange has ended; then releases the plan's leases.

import type { ResponseFormat } from "../plan/response-format.ts";
import type { BuiltInEndpoints } from "./endpoints/built-in.ts";
import type { LiveExchange } from "./exchange/exchange.ts";
import type { ExchangeOwner } from "./exchange/exchange-owner.ts";
import { LiveExchanges } from "./exchange/live-exchanges.ts";
import type { Observer } from "./exchange/observer.ts";
import type { Plan } from "./exchange/plan.ts";
import type { ExchangeRecord } from "./exchange/record.ts";
import type { LimitsLease } from "./limits/limits-lease.ts";

/** A plan, and its leases on the counts and agents that plans share. */
export interface LinkedPlan {
  readonly plan: Plan<LiveExchange>;
  readonly limits: LimitsLease;
  /** How long a client may take nothing of a response that waits for it, ms; 0 = for ever (contract, section 4). */
  readonly sendTimeoutMs: number;
  /** Releases all leases. Called once. */
  release(): void;
}

/** What a generation needs of the host that serves it. */
export interface GenerationHost {
  readonly builtIn: BuiltInEndpoints;
  readonly observer: Observer;
  readonly draining: boolean;
  began(): void;
  report(record: ExchangeRecord): void;
  ended(x: LiveExchange): void;
  bug(x: LiveExchange, err: unknown, by: string): void;
}

/** One plan while it is in use. Each exchange stays with the generation it began with. */
export class PlanGeneration implements ExchangeOwner<LiveExchange> {
  readonly linked: LinkedPlan;
  /** The exchanges that have begun and not ended. */
  readonly exchanges = new LiveExchanges();
  readonly responseFormat: ResponseFormat;
  readonly builtIn: BuiltInEndpoints;
  readonly observer: Observer;
  readonly #host: GenerationHost;
  #onLastEnd: (() => void) | undefined = undefined;

  constructor(linked: LinkedPlan, host: GenerationHost) {
    this.linked = linked;
    this.responseFormat = linked.plan.responseFormat;
    this.builtIn = host.builtIn;
    this.observer = host.observer;
    this.#host = host;
  }

  get plan(): Plan<LiveExchange> {
    return this.linked.plan;
  }

  get draining(): boolean {
    return this.#host.draining;
  }

  began(x: LiveExchange): void {
    this.exchanges.add(x);
    this.#host.began();
  }

  report(record: ExchangeRecord): void {
    this.#host.report(record);
  }

  ended(x: LiveExchange): void {
    this.exchanges.delete(x);
    if (this.exchanges.size === 0) this.#onLastEnd?.();
    this.#host.ended(x);
  }

  bug(x: LiveExchange, err: unknown, by: string): void {
    this.#host.bug(x, err, by);
  }

  /**
   * Releases the plan's leases when its last exchange has ended. Called when no new exchange can begin on the plan.
   * @param onRetired called after the release: at once when there is no exchange
   */
  retire(onRetired: () => void): void {
    this.#onLastEnd = () => {
      this.#onLastEnd = undefined;
      this.linked.release();
      onRetired();
    };
    if (this.exchanges.size === 0) this.#onLastEnd();
  }
}
