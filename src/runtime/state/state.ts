// Which counts outlive a plan? All limits', by key: the same key in two plans is the same live count (spec section 5).

import { InflightCounter } from "./counter.ts";
import { FixedWindow } from "./fixed-window.ts";
import { UpstreamGate } from "./upstream-gate.ts";

export class State {
  #downstream: InflightCounter | undefined = undefined;
  readonly #windows = new Map<string, FixedWindow>();
  readonly #gates = new Map<string, UpstreamGate>();

  /** The one downstream count of the whole gateway. */
  downstream(max: number): InflightCounter {
    if (this.#downstream === undefined) this.#downstream = new InflightCounter(max);
    else this.#downstream.max = max;
    return this.#downstream;
  }

  /** The minute window of a route. */
  window(routeId: string): FixedWindow {
    return kept(this.#windows, routeId, () => new FixedWindow());
  }

  /** The gate of a route and upstream key. */
  gate(routeId: string, keySha256: string, max: number, maxWaiting: number): UpstreamGate {
    const gate = kept(this.#gates, `${routeId}\n${keySha256}`, () => new UpstreamGate(max, maxWaiting));
    gate.resize(max, maxWaiting);
    return gate;
  }

  /** How many wait for their upstream, by route. Routes where nobody waits are left out. */
  waiting(): ReadonlyMap<string, number> {
    const byRoute = new Map<string, number>();
    for (const [key, gate] of this.#gates) {
      if (gate.waiting === 0) continue;
      const routeId = key.slice(0, key.lastIndexOf("\n"));
      byRoute.set(routeId, (byRoute.get(routeId) ?? 0) + gate.waiting);
    }
    return byRoute;
  }

  /** Sums over all gates: what is under way and what waits. For tests and tables. */
  totals(): { readonly downstream: number; readonly upstream: number; readonly waiting: number } {
    let upstream = 0;
    let waiting = 0;
    for (const gate of this.#gates.values()) {
      upstream += gate.inUse;
      waiting += gate.waiting;
    }
    return { downstream: this.#downstream?.inUse ?? 0, upstream, waiting };
  }
}

function kept<T>(map: Map<string, T>, key: string, make: () => T): T {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
