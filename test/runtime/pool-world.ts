// Runs real pools, gates and healths beside the plain reference, step by step, and compares each choice, count and state.

import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { HealthTicket, UpstreamHealth } from "../../src/runtime/limits/health.ts";
import { UpstreamGate } from "../../src/runtime/limits/upstream-gate.ts";
import { Place } from "../../src/runtime/upstream/place.ts";
import { type Ask, type Choice, Pool, type PoolMember } from "../../src/runtime/upstream/pool.ts";
import {
  type Config,
  IDS,
  type Id,
  LIMIT_OF,
  LIMITS,
  type RefAttempt,
  type RefChoice,
  type RefExchange,
  Reference,
} from "./pool-reference.ts";

const START = 1_700_000_000_000;
/** Longer than any test: how a wait times out is checked in `limits.test.ts`. */
const QUEUE_TIMEOUT_MS = 600_000;
/** After so long, a slot that should be granted is given up. */
const PATIENCE_MS = 5_000;

interface Member extends PoolMember {
  readonly id: Id;
}

interface Linked {
  readonly pool: Pool<Member>;
  readonly members: readonly Member[];
}

/** One exchange, in the program and in the reference. */
export interface Exchange {
  readonly ref: RefExchange;
  readonly linked: Linked;
  readonly ask: Ask<Member>;
  readonly place: Place<Member>;
  readonly ticket: HealthTicket;
  /** It names state of one account. */
  readonly bound: boolean;
  wait: ReturnType<UpstreamGate["wait"]>;
}

/** How an exchange arrives. `bound`: it names state of one account. */
export interface Arrival {
  readonly key: string | undefined;
  readonly takers: readonly Id[];
  readonly bound: boolean;
}

/** How an attempt fails: without a time to wait, with one (ms), or for a reason that does not pass soon. */
export type Failure = "plain" | "longest" | number;

export class World {
  readonly ref: Reference;
  live: Exchange[] = [];
  readonly #gates: Record<(typeof LIMITS)[number], UpstreamGate>;
  readonly #healths: Record<Id, UpstreamHealth>;
  /** How many attempts probed an upstream after each cooling time. */
  readonly #probes = new Map<object, number>();
  #linked: Linked;

  constructor(config: Config) {
    this.ref = new Reference(START, config);
    const gate = (limit: (typeof LIMITS)[number]): UpstreamGate =>
      new UpstreamGate(config.limits[limit].max, config.limits[limit].maxWaiting);
    this.#gates = { shared: gate("shared"), own: gate("own"), other: gate("other") };
    const health = (): UpstreamHealth => new UpstreamHealth(config.cooldown);
    this.#healths = { a: health(), b: health(), c: health(), d: health(), e: health() };
    this.#linked = this.#link(config);
  }

  /** The exchanges that wait for a slot, that ask an upstream, or that are between two attempts. */
  waiting = (): Exchange[] => this.live.filter(({ ref }) => ref.waitsFor !== undefined);
  asking = (): Exchange[] => this.live.filter(({ ref }) => ref.attempt !== undefined);
  between = (): Exchange[] => this.live.filter(({ ref }) => ref.attempt === undefined && ref.waitsFor === undefined);

  step(ms: number): void {
    this.ref.step(ms);
  }

  reload(config: Config): void {
    this.ref.reload(config);
    this.#linked = this.#link(config);
    for (const limit of LIMITS) this.#gates[limit].resize(config.limits[limit].max, config.limits[limit].maxWaiting);
    for (const id of IDS) this.#healths[id].cooldown = config.cooldown;
  }

  arrive({ key, takers, bound }: Arrival): void {
    const linked = this.#linked;
    const takes = takers.length === IDS.length ? undefined : ({ id }: Member) => takers.includes(id);
    const order = key === undefined ? undefined : this.#order(key);
    const x: Exchange = {
      ref: {
        plan: this.ref.plan,
        ask: { order, takers },
        at: undefined,
        waitsFor: undefined,
        attempt: undefined,
        asked: [],
        barred: [],
      },
      linked,
      ask: { sticky: key, takes },
      place: new Place(),
      ticket: new HealthTicket(),
      bound,
      wait: undefined,
    };
    const expected = bound ? this.ref.home(x.ref) : this.ref.choose(x.ref);
    const now = this.ref.now;
    const choice = bound ? linked.pool.home(x.ask, x.place, now) : linked.pool.choose(x.ask, x.place, now);
    expect(short(choice)).toEqual(expected);
    if (expected === undefined) return;
    if (expected.hasSlot) {
      this.live.push(x);
      this.#enter(x, expected);
      return;
    }
    x.wait = choice?.member.gate?.wait(QUEUE_TIMEOUT_MS);
    const queued = this.ref.wait(x.ref, expected.id);
    expect(x.wait !== undefined).toBe(queued);
    if (queued) this.live.push(x);
  }

  /** A response head comes. @param restMs it also says that the upstream will refuse for so long */
  answer(x: Exchange, restMs: number | undefined): void {
    const { attempt, health } = this.#attemptOf(x);
    if (restMs === undefined) {
      this.ref.answered(attempt);
      health.answered(x.ticket);
    } else {
      this.ref.answeredWithPause(attempt, restMs, "spent");
      health.answeredWithPause(x.ticket, this.ref.now, restMs, "spent");
    }
  }

  succeed(x: Exchange): void {
    const { attempt, health } = this.#attemptOf(x);
    this.ref.succeeded(attempt);
    health.succeeded(x.ticket);
    x.ref.attempt = undefined;
    this.end(x);
  }

  /** The attempt fails. The exchange keeps its slot. */
  fail(x: Exchange, how: Failure): void {
    const { attempt, health } = this.#attemptOf(x);
    const { now } = this.ref;
    if (how === "plain") {
      this.ref.failed(attempt, "reset");
      health.failed(x.ticket, now, "reset");
    } else {
      this.ref.refused(attempt, how, "refused");
      if (how === "longest") health.coolLongest(x.ticket, now, "refused");
      else health.cool(x.ticket, now, how, "refused");
    }
    if (how === "longest") x.ref.barred.push(attempt.id);
    x.ref.attempt = undefined;
  }

  /** The exchange makes a further attempt: at once where it can, else when the time has come, or now if it is impatient. */
  retry(x: Exchange, impatient: boolean): void {
    const { ref, linked, ask, place } = x;
    const { now } = this.ref;
    const asked = linked.members.filter(({ id }) => ref.asked.includes(id));
    const expectedNext = this.ref.next(ref);
    expect(linked.pool.next(ask, asked, place, now)?.id).toBe(expectedNext);
    if (expectedNext !== undefined) return this.#enter(x, { id: expectedNext, hasSlot: true, forced: false });
    const allowed = ({ id }: Member): boolean => !ref.barred.includes(id);
    const waitMs = this.ref.waitMs(ref);
    expect(linked.pool.waitMs(ask, allowed, now)).toBe(waitMs);
    if (waitMs === undefined) return this.end(x);
    if (waitMs > 0 && !impatient) return;
    const expected = this.ref.chooseAgain(ref);
    expect(short(linked.pool.chooseAgain(ask, allowed, place, now))).toEqual(expected);
    if (expected === undefined) this.end(x);
    else this.#enter(x, expected);
  }

  /** The exchange ends, whatever it was doing. */
  end(x: Exchange): void {
    const { ref } = x;
    if (ref.attempt !== undefined) {
      this.ref.abandoned(ref.attempt);
      this.#healths[ref.attempt.id].abandoned(x.ticket, this.ref.now);
    }
    const limit = ref.waitsFor === undefined ? undefined : LIMIT_OF[ref.waitsFor];
    if (limit !== undefined) {
      this.ref.queues[limit] = this.ref.queues[limit].filter((one) => one !== ref);
      x.wait?.leaveQueue();
    }
    this.ref.leave(ref);
    x.place.release();
    this.live = this.live.filter((one) => one !== x);
  }

  /** Waits until each exchange that should get a slot has it, and lets them go on one after the other. Then compares all. */
  async settle(): Promise<void> {
    const granted: Exchange[] = [];
    for (;;) {
      for (let ref = this.ref.admitted(); ref !== undefined; ref = this.ref.admitted()) {
        const x = this.live.find((one) => one.ref === ref);
        expect(await soon(x?.wait?.admission)).toBe("granted");
        if (x !== undefined) granted.push(x);
      }
      const x = granted.shift();
      if (x === undefined) break;
      this.#goOn(x);
    }
    this.compare();
  }

  compare(): void {
    const { ref } = this;
    for (const limit of LIMITS) {
      const { inUse, waiting } = this.#gates[limit];
      same(limit, [inUse, waiting], [ref.holders[limit].length, ref.queues[limit].length]);
    }
    for (const id of IDS) {
      const health = this.#healths[id];
      const shown = [health.inUse, health.isWell(ref.now), health.wellAt(ref.now), health.state(ref.now)];
      same(id, shown, [ref.upstreams[id].attempts.length, ref.isOpen(id), ref.readyAt(id), ref.state(id)]);
    }
    for (const x of this.live) same("place", x.place.member?.id, x.ref.at);
    for (const count of this.#probes.values()) same("probes", count, 1);
  }

  #link({ members, balance, sticky, cooldown }: Config): Linked {
    const linked = members.map(({ id, weight }): Member => {
      const limit = LIMIT_OF[id];
      return { id, weight, health: this.#healths[id], gate: limit === undefined ? undefined : this.#gates[limit] };
    });
    const by = { by: "client" } as const;
    return { members: linked, pool: new Pool(linked, { balance, sticky: sticky ? by : undefined, cooldown }) };
  }

  /** The members of the present plan, the best for the key first: found by leaving out one after the other. */
  #order(key: string): Id[] {
    const { config } = this.ref;
    const members = config.members.map(({ id, weight }): Member => {
      return { id, weight, health: new UpstreamHealth(config.cooldown), gate: undefined };
    });
    const pool = new Pool(members, { balance: "in_order", sticky: { by: "client" }, cooldown: config.cooldown });
    const order: Id[] = [];
    for (const _ of members) {
      const best = pool.home({ sticky: key, takes: ({ id }) => !order.includes(id) }, new Place(), START);
      if (best !== undefined) order.push(best.member.id);
    }
    return order;
  }

  /** A queue has granted the exchange its slot. */
  #goOn(x: Exchange): void {
    const { ref, linked, ask, place, bound } = x;
    const member = linked.members.find(({ id }) => id === ref.waitsFor);
    if (member === undefined) throw new Error("the exchange does not wait");
    ref.waitsFor = undefined;
    if (bound) {
      place.moveToGranted(member);
      this.#enter(x, { id: member.id, hasSlot: true, forced: !this.ref.isOpen(member.id) });
      return;
    }
    const expected = this.ref.chooseGranted(ref, member.id);
    expect(short(linked.pool.chooseGranted(ask, member, place, this.ref.now))).toEqual(expected);
    this.#enter(x, expected);
  }

  /** The exchange has a slot, and its attempt begins. */
  #enter(x: Exchange, { id, forced }: RefChoice): void {
    this.ref.enter(x.ref, id);
    expect(x.place.member?.id).toBe(id);
    const { cooling } = this.ref.upstreams[id].span;
    if (cooling !== undefined && !forced) this.#probes.set(cooling, (this.#probes.get(cooling) ?? 0) + 1);
    x.ref.attempt = this.ref.begin(id);
    x.ref.asked.push(id);
    this.#healths[id].begin(x.ticket, this.ref.now);
  }

  #attemptOf({ ref }: Exchange): { readonly attempt: RefAttempt; readonly health: UpstreamHealth } {
    if (ref.attempt === undefined) throw new Error("no attempt is in flight");
    return { attempt: ref.attempt, health: this.#healths[ref.attempt.id] };
  }
}

function short(choice: Choice<Member> | undefined): RefChoice | undefined {
  return choice && { id: choice.member.id, hasSlot: choice.hasSlot, forced: choice.forced };
}

/** The same as `expect` in an instant: it is called a million times. */
function same(what: string, value: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(value, expected)) expect([what, value]).toEqual([what, expected]);
}

/** What the promise gives; "never" if it gives nothing for a long time. */
async function soon<T>(promise: Promise<T> | undefined): Promise<T | "never"> {
  let timer: NodeJS.Timeout | undefined;
  const never = new Promise<"never">((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, "never");
  });
  try {
    return await (promise === undefined ? "never" : Promise.race([promise, never]));
  } finally {
    clearTimeout(timer);
  }
}
