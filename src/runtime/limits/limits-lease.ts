// Which counts does one plan use, and within which bounds? Claimed while it is linked, enforced from its swap on, released when
// its last exchange has ended.

import type { Digest } from "../../plan/secret.ts";
import { InflightCounter } from "./counter.ts";
import type { FixedWindow } from "./fixed-window.ts";
import { UpstreamGate } from "./upstream-gate.ts";
import type { Lease } from "./usage-pool.ts";

const DOWNSTREAM = "downstream";

/** An exchange under way, as far as counting goes. */
export interface Counted {
  /** It passed the guards, or waits in one of them: nobody has refused it. */
  readonly takesRoom: boolean;
  readonly route: { readonly id: string; readonly keyDigest?: Digest | undefined } | undefined;
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

  /** The one downstream count of the whole gateway. */
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

  /** The gate of a route and upstream key. */
  gate(routeId: string, keySha256: string, max: number, maxWaiting: number): UpstreamGate {
    const gate = this.#parts.gates.get(gateKey(routeId, keySha256), () => new UpstreamGate(max, maxWaiting));
    this.#bounds.push(() => gate.resize(max, maxWaiting));
    return gate;
  }

  /** The plan is the one in use: its bounds hold from now on, not from its linking, which may yet fail. */
  applyLimits(): void {
    for (const bound of this.#bounds) bound();
    this.#bounds = [];
  }

  /**
   * Counts what is under way on an older plan that did not count it: a limit is exact from the moment it holds.
   * @param older that plan's lease; it shares in what its exchanges are counted by, so they are counted once
   */
  adoptInFlight(older: LimitsLease, exchanges: Iterable<Counted>): void {
    const uncounted = { downstream: !older.#parts.downstream.has(DOWNSTREAM), gates: new Map<string, boolean>() };
    for (const x of exchanges) {
      if (!x.takesRoom) continue;
      if (uncounted.downstream) this.#countDownstream(older, x);
      const { id, keyDigest } = x.route ?? {};
      if (id === undefined || keyDigest === undefined) continue;
      const key = gateKey(id, keyDigest.reveal());
      let isNew = uncounted.gates.get(key);
      if (isNew === undefined) {
        isNew = !older.#parts.gates.has(key);
        uncounted.gates.set(key, isNew);
      }
      if (isNew) this.#countUpstream(older, key, x);
    }
  }

  /** The plan's last exchange has ended, or the plan never came to be used. */
  release(): void {
    this.#parts.downstream.release();
    this.#parts.gates.release();
    this.#parts.windows.release();
  }

  #countDownstream(older: LimitsLease, x: Counted): void {
    if (!this.#parts.downstream.has(DOWNSTREAM)) return;
    const counter = older.#parts.downstream.get(DOWNSTREAM, missing);
    counter.charge();
    x.hold(() => counter.release());
  }

  #countUpstream(older: LimitsLease, key: string, x: Counted): void {
    if (!this.#parts.gates.has(key)) return;
    const gate = older.#parts.gates.get(key, missing);
    gate.charge();
    x.hold(() => gate.leave());
  }
}

function gateKey(routeId: string, keySha256: string): string {
  return `${routeId}\n${keySha256}`;
}

/** The route of a gate's key. */
export function routeOfGate(key: string): string {
  return key.slice(0, key.lastIndexOf("\n"));
}

/** What this lease has is kept, so the older one finds it. */
function missing(): never {
  throw new Error("a leased count is gone");
}
