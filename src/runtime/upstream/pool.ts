// Chooses an upstream of a pool: for a request, for a further attempt, and for a request that is bound to one account
// (contract, section 14; section 7).

import type { PoolSpec } from "../../plan/forward.ts";
import { balancer, type PickIndex, type Weighed } from "./balance.ts";
import type { Gated, Place } from "./place.ts";
import { Rendezvous } from "./sticky.ts";

export interface PoolMember extends Weighed, Gated {
  readonly id: string;
}

/** What a request asks of the pool. */
export interface Ask<M> {
  /** What keeps it on one upstream, if anything does. */
  readonly sticky: string | undefined;
  /** Whether an upstream takes the request; `undefined`: each one does. */
  readonly takes: ((member: M) => boolean) | undefined;
}

export interface Choice<M> {
  readonly member: M;
  /** The exchange has its slot there. Else it has to wait in that upstream's queue; its place has not changed. */
  readonly hasSlot: boolean;
  /** The upstream is not well: it is asked because no other can be. */
  readonly forced: boolean;
}

type Test<M> = (member: M) => boolean;

export class Pool<M extends PoolMember> {
  readonly #members: readonly M[];
  /** `undefined`: the first in order. */
  readonly #balance: PickIndex | undefined;
  readonly #rendezvous: Rendezvous | undefined;
  /** All possible results, made once: choosing allocates nothing. */
  readonly #choices: readonly Choice<M>[];
  /** The members that the present choice is made from. It is written anew by each choice. */
  readonly #open: Uint8Array;

  /** @param members in the order of the config, at least one */
  constructor(members: readonly M[], { balance, sticky }: PoolSpec) {
    this.#members = members;
    this.#balance = balancer(balance, members);
    this.#rendezvous = sticky === undefined ? undefined : new Rendezvous(members);
    this.#choices = members.flatMap((member) => [
      { member, hasSlot: false, forced: false },
      { member, hasSlot: true, forced: false },
      { member, hasSlot: false, forced: true },
      { member, hasSlot: true, forced: true },
    ]);
    this.#open = new Uint8Array(members.length);
  }

  /**
   * Chooses for a new exchange, and takes the slot if one is free. If no upstream that is well has a free slot, the choice is
   * the one to wait for; if none is well, the one that will be soonest.
   * @returns `undefined` if no upstream takes the request
   */
  choose(ask: Ask<M>, place: Place<M>, now: number): Choice<M> | undefined {
    const free = this.#pick(ask, undefined, place, now);
    if (free >= 0) return this.#enter(free, place, false);
    const well = this.#pick(ask, undefined, undefined, now);
    if (well >= 0) return this.#choice(well, false, false);
    const soonest = this.#soonest(ask, undefined, undefined, now);
    return soonest < 0 ? undefined : this.#enter(soonest, place, true);
  }

  /**
   * Chooses anew when the queue of an upstream has granted a slot: the upstream may have begun to cool meanwhile. Then another
   * one that is well and has a free slot is chosen, if there is one.
   */
  chooseGranted(ask: Ask<M>, granted: M, place: Place<M>, now: number): Choice<M> {
    place.moveToGranted(granted);
    const index = this.#members.indexOf(granted);
    if (granted.health.isWell(now)) return this.#choice(index, true, false);
    const other = this.#pick(ask, undefined, place, now);
    return other < 0 ? this.#choice(index, true, true) : this.#enter(other, place, false);
  }

  /**
   * Chooses for the next attempt: an upstream that is well, has a free slot, and was not asked yet. Moves the exchange there.
   * @param asked the upstreams that this exchange has asked
   * @returns `undefined` if there is none; the exchange stays where it is
   */
  next(ask: Ask<M>, asked: readonly M[], place: Place<M>, now: number): M | undefined {
    const next = this.#pick(ask, (member) => !asked.includes(member), place, now);
    return next < 0 ? undefined : this.#enter(next, place, false).member;
  }

  /**
   * The upstream that `next` would have found with more slots: it is well and was not asked, but has no free slot.
   * @returns `undefined` if there is none
   */
  fullButWell(ask: Ask<M>, asked: readonly M[], now: number): M | undefined {
    const index = this.#pick(ask, (member) => !asked.includes(member), undefined, now);
    return index < 0 ? undefined : this.#members[index];
  }

  /**
   * How long to wait before an upstream is asked again, after `next` found none.
   * @param allowed whether this exchange may ask an upstream (again)
   * @returns ms; `undefined` if there is none that it may ask
   */
  waitMs(ask: Ask<M>, allowed: Test<M>, now: number): number | undefined {
    const soonest = this.#soonest(ask, allowed, undefined, now);
    return soonest < 0 ? undefined : (this.#members[soonest] as M).health.wellAt(now) - now;
  }

  /**
   * Chooses after that wait, and moves the exchange there: an upstream that is well, else the one that will be soonest, of those
   * with a free slot. The exchange's own slot counts as free.
   * @returns `undefined` if none that it may ask has a free slot
   */
  chooseAgain(ask: Ask<M>, allowed: Test<M>, place: Place<M>, now: number): Choice<M> | undefined {
    const well = this.#pick(ask, allowed, place, now);
    if (well >= 0) return this.#enter(well, place, false);
    const soonest = this.#soonest(ask, allowed, place, now);
    return soonest < 0 ? undefined : this.#enter(soonest, place, true);
  }

  /**
   * Chooses for a request that names state of one account, and takes the slot if one is free: the upstream that `sticky` names,
   * else the first in order, well or not (contract, section 7).
   * @returns `undefined` if no upstream takes the request
   */
  home(ask: Ask<M>, place: Place<M>, now: number): Choice<M> | undefined {
    const open = this.#open;
    for (let i = 0; i < open.length; i++) open[i] = takes(ask, this.#members[i] as M) ? 1 : 0;
    const key = ask.sticky;
    const home =
      key === undefined || this.#rendezvous === undefined ? open.indexOf(1) : this.#rendezvous.best(key, open);
    return home < 0 ? undefined : this.#enter(home, place, !(this.#members[home] as M).health.isWell(now));
  }

  /**
   * Picks, of the members that take the request and are well, the one whose turn it is. Returns its index, or -1.
   * @param may leaves members out
   * @param place leaves out members without a free slot for it
   */
  #pick(ask: Ask<M>, may: Test<M> | undefined, place: Place<M> | undefined, now: number): number {
    const key = this.#rendezvous === undefined ? undefined : ask.sticky;
    const takesFirst = key === undefined && this.#balance === undefined;
    const open = this.#open;
    for (let i = 0; i < open.length; i++) {
      const member = this.#members[i] as M;
      const could =
        takes(ask, member) && member.health.isWell(now) && (may === undefined || may(member)) && hasRoom(member, place);
      if (could && takesFirst) return i;
      open[i] = could ? 1 : 0;
    }
    if (key !== undefined) return this.#rendezvous?.best(key, open) ?? -1;
    return this.#balance?.(open) ?? -1;
  }

  /** The index of the member that can be asked soonest, of those that take the request; -1 if there is none. */
  #soonest(ask: Ask<M>, may: Test<M> | undefined, place: Place<M> | undefined, now: number): number {
    let soonest = -1;
    let at = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#members.length; i++) {
      const member = this.#members[i] as M;
      const could = takes(ask, member) && (may === undefined || may(member)) && hasRoom(member, place);
      const wellAt = could ? member.health.wellAt(now) : at;
      if (wellAt >= at) continue;
      soonest = i;
      at = wellAt;
    }
    return soonest;
  }

  #enter(index: number, place: Place<M>, forced: boolean): Choice<M> {
    return this.#choice(index, place.tryMoveTo(this.#members[index] as M), forced);
  }

  #choice(index: number, hasSlot: boolean, forced: boolean): Choice<M> {
    return this.#choices[4 * index + (forced ? 2 : 0) + (hasSlot ? 1 : 0)] as Choice<M>;
  }
}

function takes<M>({ takes }: Ask<M>, member: M): boolean {
  return takes === undefined || takes(member);
}

function hasRoom<M extends PoolMember>(member: M, place: Place<M> | undefined): boolean {
  return place === undefined || place.canMoveTo(member);
}
