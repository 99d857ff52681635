// Which counts outlive a plan? All limits', by key: the same key in two plans is the same live count (contract, section 5).

import { type Clock, systemClock } from "../clock.ts";
import type { InflightCounter } from "./counter.ts";
import { FixedWindow } from "./fixed-window.ts";
import { LimitsLease, routeOfGate } from "./limits-lease.ts";
import type { UpstreamGate } from "./upstream-gate.ts";
import { UsagePool } from "./usage-pool.ts";

export class Limits {
  readonly #downstream = new UsagePool<InflightCounter>();
  readonly #gates = new UsagePool<UpstreamGate>();
  readonly #windows: UsagePool<FixedWindow>;
  /** Windows that no plan uses: a limit taken out and put back within a minute goes on where it was. */
  readonly #resting = new Map<string, FixedWindow>();
  readonly #clock: Clock;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#windows = new UsagePool((window, routeId) => this.#rest(window, routeId));
  }

  /** Opens the lease of a plan that is about to be linked. */
  lease(): LimitsLease {
    return new LimitsLease({
      downstream: this.#downstream.lease(),
      gates: this.#gates.lease(),
      windows: this.#windows.lease(),
      newWindow: (routeId) => this.#wake(routeId),
    });
  }

  /** How many wait for their upstream, by route. Routes where nobody waits are left out. */
  waiting(): ReadonlyMap<string, number> {
    const byRoute = new Map<string, number>();
    for (const [key, { waiting }] of this.#gates.entries()) {
      if (waiting === 0) continue;
      const routeId = routeOfGate(key);
      byRoute.set(routeId, (byRoute.get(routeId) ?? 0) + waiting);
    }
    return byRoute;
  }

  /** Sums: what is under way, what waits, and how many counts are kept. For tests and tables. */
  totals(): { readonly downstream: number; readonly upstream: number; readonly waiting: number } {
    const gates = this.#gates.things();
    return {
      downstream: sum(this.#downstream.things().map(({ inUse }) => inUse)),
      upstream: sum(gates.map(({ inUse }) => inUse)),
      waiting: sum(gates.map(({ waiting }) => waiting)),
    };
  }

  /** How many counts are kept: bounded by the plans in use and, for a minute, by the routes that were taken out. */
  get size(): number {
    return (
      this.#downstream.things().length +
      this.#gates.things().length +
      this.#windows.things().length +
      this.#resting.size
    );
  }

  #rest(window: FixedWindow, routeId: string): void {
    const now = this.#clock.now();
    for (const [id, old] of this.#resting) if (!old.counts(now)) this.#resting.delete(id);
    if (window.counts(now)) this.#resting.set(routeId, window);
  }

  #wake(routeId: string): FixedWindow {
    const window = this.#resting.get(routeId) ?? new FixedWindow();
    this.#resting.delete(routeId);
    return window;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
