// Keeps the counts of all limits across reloads: two plans that use the same key share the count (contract, section 5).

import { type Clock, systemClock } from "../clock.ts";
import type { InflightCounter } from "./counter.ts";
import { FixedWindow } from "./fixed-window.ts";
import type { Gate } from "./gate.ts";
import { LimitsLease, type PoolHealth, routeOfGate } from "./limits-lease.ts";
import { SharedGate } from "./shared/shared-gate.ts";
import type { SharedLimits } from "./shared/shared-limits.ts";
import type { ShownHealth } from "./shown-health.ts";
import { UpstreamGate } from "./upstream-gate.ts";
import { UsagePool } from "./usage-pool.ts";

export class Limits {
  readonly #downstream = new UsagePool<InflightCounter>();
  readonly #clients = new UsagePool<InflightCounter>();
  readonly #gates: UsagePool<Gate>;
  readonly #windows: UsagePool<FixedWindow>;
  readonly #health = new UsagePool<PoolHealth>();
  /** Windows that no plan uses, by route id. A limit that is removed and added again within a minute keeps its counts. */
  readonly #unused = new Map<string, FixedWindow>();
  readonly #clock: Clock;
  readonly #shared: SharedLimits | undefined;

  /** @param shared the limits that other processes share; `undefined`: there are none */
  constructor(clock: Clock = systemClock, shared?: SharedLimits) {
    this.#clock = clock;
    this.#shared = shared;
    this.#gates = new UsagePool((gate) => {
      if (gate instanceof SharedGate) shared?.dropGate(gate);
    });
    this.#windows = new UsagePool((window, routeId) => this.#keepUnused(window, routeId));
  }

  /** Opens the lease of a plan that is about to be linked. */
  lease(): LimitsLease {
    return new LimitsLease({
      downstream: this.#downstream.lease(),
      clients: this.#clients.lease(),
      gates: this.#gates.lease(),
      windows: this.#windows.lease(),
      health: this.#health.lease(),
      newWindow: (routeId) => this.#windowOf(routeId),
      newGate: (key, max, maxWaiting) => this.#shared?.gate(key, max, maxWaiting) ?? new UpstreamGate(max, maxWaiting),
      adopt: this.#shared && ((set) => this.#shared?.adopt(set)),
      adopted: () => this.#shared?.adopted(),
    });
  }

  /** How many exchanges wait for a slot at their upstream, by route. Routes where none waits are left out. */
  waiting(): ReadonlyMap<string, number> {
    const byRoute = new Map<string, number>();
    for (const [key, { waiting }] of this.#gates.entries()) {
      if (waiting === 0) continue;
      const routeId = routeOfGate(key);
      byRoute.set(routeId, (byRoute.get(routeId) ?? 0) + waiting);
    }
    return byRoute;
  }

  /** How many requests the clients with `max_inflight` have in flight, by the client's key. Those that have none are left out. */
  clientsInFlight(): ReadonlyMap<string, number> {
    const inflight = new Map<string, number>();
    for (const [key, { inUse }] of this.#clients.entries()) if (inUse > 0) inflight.set(key, inUse);
    return inflight;
  }

  /** The health of the upstreams of all pools. @param now ms since the epoch */
  health(now: number): ShownHealth[] {
    return this.#health.values().map(({ routeId, upstream, health }) => {
      const shown = health.state(now);
      if (shown.state === "well") return { routeId, upstream, state: "well", reason: undefined, untilMs: undefined };
      return { routeId, upstream, state: shown.state, reason: shown.reason, untilMs: shown.until };
    });
  }

  /** The sums over all routes of what is in flight and of what waits. */
  totals(): {
    readonly downstream: number;
    readonly clients: number;
    readonly upstream: number;
    readonly waiting: number;
  } {
    const gates = this.#gates.values();
    return {
      downstream: sum(this.#downstream.values().map(({ inUse }) => inUse)),
      clients: sum(this.#clients.values().map(({ inUse }) => inUse)),
      upstream: sum(gates.map(({ inUse }) => inUse)),
      waiting: sum(gates.map(({ waiting }) => waiting)),
    };
  }

  /** How many counts are kept: those of the plans in use, and unused windows. Old unused ones are removed when another is added. */
  get size(): number {
    return (
      this.#downstream.values().length +
      this.#clients.values().length +
      this.#gates.values().length +
      this.#windows.values().length +
      this.#health.values().length +
      this.#unused.size
    );
  }

  #keepUnused(window: FixedWindow, routeId: string): void {
    const now = this.#clock.now();
    for (const [id, old] of this.#unused) if (!old.hasCounts(now)) this.#unused.delete(id);
    if (window.hasCounts(now)) this.#unused.set(routeId, window);
  }

  #windowOf(routeId: string): FixedWindow {
    const window = this.#unused.get(routeId) ?? new FixedWindow();
    this.#unused.delete(routeId);
    return window;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
