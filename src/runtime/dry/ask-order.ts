// Finds the order in which the upstreams of a route would be asked if each of them failed (contract, section 14, "Choice" and
// "Failover"). It asks the pool of the gateway itself, with all upstreams well and idle.

import type { Exchange } from "../../plan/exchange.ts";
import type { ForwardSpec, PoolSpec } from "../../plan/forward.ts";
import { UpstreamHealth } from "../limits/health.ts";
import { accountPathTest } from "../model/account-state.ts";
import { Place } from "../upstream/place.ts";
import { Pool, type PoolMember } from "../upstream/pool.ts";
import { stickyKeyReader } from "../upstream/sticky.ts";

/**
 * Why an upstream is asked first: the `balance` of its pool, or `sticky` by the client or a header. `account`: the path leads to state
 * of one account, so no other is asked (contract, section 7). `only`: there is no pool.
 */
export type ChosenBy = "only" | PoolSpec["balance"] | "client" | "header" | "account";

export interface AskOrder {
  /** Indexes of upstreams, the first to be asked first. Those that would not be asked are left out. */
  readonly indexes: readonly number[];
  readonly by: ChosenBy;
}

/** @param takes whether an upstream takes the request, by its index */
export type AskOrderOf = (
  x: Pick<Exchange, "client" | "rawHeaders" | "path">,
  takes: (index: number) => boolean,
) => AskOrder;

interface Member extends PoolMember {
  readonly index: number;
}

/** A time at which nothing cools. */
const NOW = 0;

/** Makes the function that orders the upstreams of a route for a request. Its counts begin at 0, and requests change them. */
export function askOrder(forward: Pick<ForwardSpec, "upstreams" | "pool" | "prefix" | "stripPrefix">): AskOrderOf {
  const { upstreams, pool: spec } = forward;
  if (spec === undefined) {
    return (_x, takes) => ({ indexes: upstreams.map((_, index) => index).filter(takes), by: "only" });
  }
  const { balance, sticky, cooldown } = spec;
  const isAccountPath = accountPathTest(forward);
  const members = upstreams.map(({ id, weight }, index): Member => {
    return { id, weight, index, gate: undefined, health: new UpstreamHealth(cooldown) };
  });
  const pool = new Pool(members, spec);
  const keyOf = sticky && stickyKeyReader(sticky);
  return function order(x, takes) {
    const key = keyOf?.(x);
    const ask = { sticky: key, takes: ({ index }: Member) => takes(index) };
    const place = new Place<Member>();
    if (isAccountPath(x.path)) {
      const home = pool.home(ask, place, NOW);
      return { indexes: home === undefined ? [] : [home.member.index], by: "account" };
    }
    const asked: Member[] = [];
    let member = pool.choose(ask, place, NOW)?.member;
    while (member !== undefined) {
      asked.push(member);
      member = pool.next(ask, asked, place, NOW);
    }
    return { indexes: asked.map(({ index }) => index), by: key === undefined || !sticky ? balance : sticky.by };
  };
}
