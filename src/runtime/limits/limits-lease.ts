// Holds the counts that one plan uses. A lease is opened when the plan is linked, its limits are applied when the plan is swapped
// in, and it is released when the plan's last exchange has ended.

import type { Digest } from "../../plan/secret.ts";
import { InflightCounter } from "./counter.ts";
import type { FixedWindow } from "./fixed-window.ts";
import { UpstreamGate } from "./upstream-gate.ts";
import type { Lease } from "./usage-pool.ts";

const DOWNSTREAM = "downstream";

/** What counting needs to know of an exchange in flight. */
export interface Counted {
  /** It passed the guards, or waits in one of them, and was not refused. */
  readonly takesRoom: boolean;
  /** The upstream it goes to, once that is chosen. */
  readonly upstream: { readonly gateKey: string | undefined } | undefined;
  hold(release: () => void): void;
}

export interface LeaseParts {
  readonly downstream: Lease<InflightCounter>;
  readonly gates: Lease<UpstreamGate>;
  readonly windows: Lease<FixedWindow>;
  readonly newWindow: (routeId: string) => FixedWindow;
}

export class LimitsLease {
  readonly #parts: LeaseParts;
  #bounds: (() => void)[] = [];

  constructor(parts: LeaseParts) {
    this.#parts = parts;
  }

  /** The downstream count, one for the whole gateway. */
  downstream(max: number): InflightCounter {
    const counter = this.#parts.downstream.get(DOWNSTREAM, () => new InflightCounter(max));
    this.#bounds.push(() => {
      counter.max = max;
    });
    return counter;
  }

  /** The minute window of a route. */
  window(routeId: string): FixedWindow {
    return this.#parts.windows.get(routeId, () => this.#parts.newWindow(routeId));
  }

  /** The gate of a route and upstream key. @param key made by `gateKey` */
  gate(key: string, max: number, maxWaiting: number): UpstreamGate {
    const gate = this.#parts.gates.get(key, () => new UpstreamGate(max, maxWaiting));
    this.#bounds.push(() => gate.resize(max, maxWaiting));
    return gate;
  }

  /** Applies this plan's limits. Called when the plan is swapped in: linking it could still have failed. */
  applyLimits(): void {
    for (const apply of this.#bounds) apply();
    this.#bounds = [];
  }

  /**
   * Counts exchanges in flight on an older plan that did not count them, so that a limit is exact from the moment it applies.
   * @param older that plan's lease. It shares the counts it has with this lease, so those exchanges are counted already
   */
  adoptInFlight(older: LimitsLease, exchanges: Iterable<Counted>): void {
    const adoptsDownstream = this.#isNew("downstream", older, DOWNSTREAM);
    const adoptsGate = new Map<string, boolean>();
    for (const x of exchanges) {
      if (!x.takesRoom) continue;
      if (adoptsDownstream) {
        const counter = older.#parts.downstream.get(DOWNSTREAM, missing);
        counter.charge();
        x.hold(() => counter.release());
      }
      const key = x.upstream?.gateKey;
      if (key === undefined) continue;
      let adopts = adoptsGate.get(key);
      if (adopts === undefined) {
        adopts = this.#isNew("gates", older, key);
        adoptsGate.set(key, adopts);
      }
      if (!adopts) continue;
      const gate = older.#parts.gates.get(key, missing);
      gate.charge();
      x.hold(() => gate.leave());
    }
  }

  /** The plan's last exchange has ended, or the plan was never used. */
  release(): void {
    this.#parts.downstream.release();
    this.#parts.gates.release();
    this.#parts.windows.release();
  }

  #isNew(part: "downstream" | "gates", older: LimitsLease, key: string): boolean {
    return this.#parts[part].has(key) && !older.#parts[part].has(key);
  }
}

/** What in-flight requests of an upstream are counted by: its route and the key it is sent. */
export function gateKey(routeId: string, key: Digest): string {
  return `${routeId}\n${key.reveal()}`;
}

/** The route of a gate's key. */
export function routeOfGate(key: string): string {
  return key.slice(0, key.lastIndexOf("\n"));
}

/** This lease has the count, so the pool has it, and the older lease finds it. */
function missing(): never {
  throw new Error("a leased count is gone");
}
