// Picks one of several upstreams that could take a request: the next in turn, or the least busy (contract, section 14, "Choice").
//
// The upstreams that could take the request are handed in as flags, one for each upstream of the pool: 1 = it could.

import type { PoolSpec } from "../../plan/forward.ts";
import type { UpstreamHealth } from "../limits/health.ts";

/** What balancing uses of an upstream. */
export interface Weighed {
  readonly weight: number;
  readonly health: UpstreamHealth;
}

/** Picks one of the upstreams whose flag is set. Returns its index; -1 if no flag is set. */
export type PickIndex = (open: Uint8Array) => number;

/** Makes the function that picks by the weights and the load of the members; `undefined` where simply the first one is asked. */
export function balancer(balance: PoolSpec["balance"], members: readonly Weighed[]): PickIndex | undefined {
  if (balance === "in_order") return undefined;
  const turns = new Turns(members.map(({ weight }) => weight));
  return balance === "round_robin" ? (open) => turns.next(open) : leastBusy(members, turns);
}

/** Picks the least busy one by weight. Where several are equally busy, they take turns. */
function leastBusy(members: readonly Weighed[], turns: Turns): PickIndex {
  return function pickLeastBusy(open) {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < members.length; i++) if (open[i] === 1) least = Math.min(least, load(members[i] as Weighed));
    for (let i = 0; i < members.length; i++) if (open[i] === 1 && load(members[i] as Weighed) > least) open[i] = 0;
    return turns.next(open);
  };
}

function load({ weight, health }: Weighed): number {
  return health.inUse / weight;
}

/**
 * Turns by weight, spread evenly: the smooth weighted round robin of nginx. With each turn the upstreams that could take it
 * earn their weight; the one with the most earned takes the turn, and pays what all of them earned. So those that are away
 * neither earn nor pay, and the others share as if there were only them.
 */
class Turns {
  readonly #weights: readonly number[];
  readonly #earned: number[];

  constructor(weights: readonly number[]) {
    this.#weights = weights;
    this.#earned = weights.map(() => 0);
  }

  next(open: Uint8Array): number {
    const earned = this.#earned;
    let total = 0;
    let best = -1;
    let most = 0;
    for (let i = 0; i < earned.length; i++) {
      if (open[i] !== 1) continue;
      const weight = this.#weights[i] as number;
      const has = (earned[i] as number) + weight;
      earned[i] = has;
      total += weight;
      if (best >= 0 && has <= most) continue;
      best = i;
      most = has;
    }
    if (best >= 0) earned[best] = most - total;
    return best;
  }
}
