// A plain second writing of the rules of pools, for the property test: which upstream is chosen, when one cools, who holds a slot.
// It follows the rules (contract, section 14), keeps lists where the program counts, and cares about nothing else.

import type { CooldownSpec, PoolSpec } from "../../src/plan/forward.ts";

/** The upstreams of all plans, and the limit that each one has. Two of them share one. */
export const LIMIT_OF = { a: "shared", b: "shared", c: "own", d: undefined, e: "other" } as const;
export type Id = keyof typeof LIMIT_OF;
export const IDS = Object.keys(LIMIT_OF) as Id[];
export const LIMITS = ["shared", "own", "other"] as const;
type Limit = (typeof LIMITS)[number];

export interface Config {
  readonly members: readonly { readonly id: Id; readonly weight: number }[];
  readonly balance: PoolSpec["balance"];
  readonly sticky: boolean;
  readonly cooldown: CooldownSpec;
  readonly limits: Readonly<Record<Limit, { readonly max: number; readonly maxWaiting: number }>>;
}

/** What a request asks. `order`: all members, the best for its sticky key first; `undefined` without a key. */
export interface RefAsk {
  readonly order: readonly Id[] | undefined;
  readonly takers: readonly Id[];
}

export interface RefChoice {
  readonly id: Id;
  readonly hasSlot: boolean;
  readonly forced: boolean;
}

/** A span of an upstream's life. A new one begins with each cooling. */
interface Span {
  cooling: { until: number; readonly length: number; readonly reason: string } | undefined;
  probe: RefAttempt | undefined;
}

export interface RefAttempt {
  readonly id: Id;
  span: Span;
  role: "ordinary" | "probe" | "forced";
}

interface RefUpstream {
  span: Span;
  failures: number;
  /** Lengths of the coolings after failures, since the last success. */
  lengths: number[];
  attempts: RefAttempt[];
}

/** One exchange: the plan it belongs to, the upstream whose slot it holds, and what it did so far. */
export interface RefExchange {
  readonly plan: RefPlan;
  readonly ask: RefAsk;
  at: Id | undefined;
  waitsFor: Id | undefined;
  attempt: RefAttempt | undefined;
  asked: Id[];
  barred: Id[];
}

export interface RefPlan {
  readonly config: Config;
  /** How much of a turn each member is owed. */
  readonly owed: Map<Id, number>;
}

export class Reference {
  now: number;
  config: Config;
  plan: RefPlan;
  readonly upstreams: Record<Id, RefUpstream>;
  readonly holders: Record<Limit, RefExchange[]> = { shared: [], own: [], other: [] };
  readonly queues: Record<Limit, RefExchange[]> = { shared: [], own: [], other: [] };

  constructor(now: number, config: Config) {
    this.now = now;
    this.config = config;
    this.plan = { config, owed: new Map() };
    const fresh = (): RefUpstream => ({
      span: { cooling: undefined, probe: undefined },
      failures: 0,
      lengths: [],
      attempts: [],
    });
    this.upstreams = { a: fresh(), b: fresh(), c: fresh(), d: fresh(), e: fresh() };
  }

  reload(config: Config): void {
    this.config = config;
    this.plan = { config, owed: new Map() };
  }

  step(ms: number): void {
    this.now += ms;
    for (const { span } of Object.values(this.upstreams))
      if (span.cooling !== undefined && span.cooling.until > this.now + span.cooling.length)
        span.cooling = { ...span.cooling, until: this.now + span.cooling.length };
  }

  // Slots.

  hasRoom(id: Id, x?: RefExchange): boolean {
    const limit = LIMIT_OF[id];
    if (limit === undefined || (x !== undefined && this.holders[limit].includes(x))) return true;
    return this.queues[limit].length === 0 && this.holders[limit].length < this.config.limits[limit].max;
  }

  /** The exchange goes there. Throws where that would break a limit. */
  enter(x: RefExchange, id: Id): void {
    if (!this.hasRoom(id, x)) throw new Error(`no slot at ${id}`);
    this.leave(x, LIMIT_OF[id]);
    const limit = LIMIT_OF[id];
    if (limit !== undefined && !this.holders[limit].includes(x)) this.holders[limit].push(x);
    x.at = id;
  }

  leave(x: RefExchange, except?: Limit): void {
    for (const limit of LIMITS)
      if (limit !== except) this.holders[limit] = this.holders[limit].filter((holder) => holder !== x);
    x.at = undefined;
  }

  /** Waits at the upstream. Returns whether its queue had room. */
  wait(x: RefExchange, id: Id): boolean {
    const limit = LIMIT_OF[id];
    if (limit === undefined) throw new Error("there is no queue without a limit");
    if (this.queues[limit].length >= this.config.limits[limit].maxWaiting) return false;
    this.queues[limit].push(x);
    x.waitsFor = id;
    return true;
  }

  /** The first waiting exchange that a free slot lets in, if any. */
  admitted(): RefExchange | undefined {
    for (const limit of LIMITS) {
      const [first] = this.queues[limit];
      if (first === undefined || this.holders[limit].length >= this.config.limits[limit].max) continue;
      this.queues[limit].shift();
      this.holders[limit].push(first);
      return first;
    }
    return undefined;
  }

  // Choosing.

  isOpen(id: Id): boolean {
    const { cooling, probe } = this.upstreams[id].span;
    return cooling === undefined || (this.now >= cooling.until && probe === undefined);
  }

  readyAt(id: Id): number {
    return Math.max(this.now, this.upstreams[id].span.cooling?.until ?? 0);
  }

  /** Which of these upstreams gets the request. */
  private winner({ plan, ask }: RefExchange, ids: readonly Id[]): Id | undefined {
    if (ids.length === 0) return undefined;
    if (plan.config.sticky && ask.order !== undefined) return ask.order.find((id) => ids.includes(id));
    if (plan.config.balance === "in_order") return ids[0];
    const weights = new Map(plan.config.members.map(({ id, weight }) => [id, weight]));
    const weight = (id: Id): number => weights.get(id) ?? Number.NaN;
    const busy = (id: Id): number => this.upstreams[id].attempts.length / weight(id);
    const calm =
      plan.config.balance === "round_robin" ? ids : ids.filter((id) => !ids.some((other) => busy(other) < busy(id)));
    const owed = calm.map((id) => (plan.owed.get(id) ?? 0) + weight(id));
    const at = owed.indexOf(Math.max(...owed));
    const paid = calm.reduce((sum, id) => sum + weight(id), 0);
    for (const [i, id] of calm.entries()) plan.owed.set(id, (owed[i] ?? 0) - (i === at ? paid : 0));
    return calm[at];
  }

  private takers({ plan, ask }: RefExchange): Id[] {
    return plan.config.members.map(({ id }) => id).filter((id) => ask.takers.includes(id));
  }

  private soonest(ids: readonly Id[]): Id | undefined {
    return ids.toSorted((one, other) => this.readyAt(one) - this.readyAt(other))[0];
  }

  private free(x: RefExchange): Id[] {
    return this.takers(x).filter((id) => this.isOpen(id) && this.hasRoom(id, x));
  }

  choose(x: RefExchange): RefChoice | undefined {
    const free = this.winner(x, this.free(x));
    if (free !== undefined) return { id: free, hasSlot: true, forced: false };
    const waitsFor = this.winner(
      x,
      this.takers(x).filter((id) => this.isOpen(id)),
    );
    if (waitsFor !== undefined) return { id: waitsFor, hasSlot: false, forced: false };
    const id = this.soonest(this.takers(x));
    return id === undefined ? undefined : { id, hasSlot: this.hasRoom(id, x), forced: true };
  }

  chooseGranted(x: RefExchange, id: Id): RefChoice {
    if (this.isOpen(id)) return { id, hasSlot: true, forced: false };
    const other = this.winner(x, this.free(x));
    return other === undefined ? { id, hasSlot: true, forced: true } : { id: other, hasSlot: true, forced: false };
  }

  next(x: RefExchange): Id | undefined {
    return this.winner(
      x,
      this.free(x).filter((id) => !x.asked.includes(id)),
    );
  }

  waitMs(x: RefExchange): number | undefined {
    const id = this.soonest(this.takers(x).filter((id) => !x.barred.includes(id)));
    return id === undefined ? undefined : this.readyAt(id) - this.now;
  }

  chooseAgain(x: RefExchange): RefChoice | undefined {
    const allowed = this.takers(x).filter((id) => !x.barred.includes(id) && this.hasRoom(id, x));
    const open = this.winner(
      x,
      allowed.filter((id) => this.isOpen(id)),
    );
    if (open !== undefined) return { id: open, hasSlot: true, forced: false };
    const id = this.soonest(allowed);
    return id === undefined ? undefined : { id, hasSlot: true, forced: true };
  }

  home(x: RefExchange): RefChoice | undefined {
    const takers = this.takers(x);
    const id = x.plan.config.sticky && x.ask.order ? x.ask.order.find((one) => takers.includes(one)) : takers[0];
    return id === undefined ? undefined : { id, hasSlot: this.hasRoom(id, x), forced: !this.isOpen(id) };
  }

  // Health.

  begin(id: Id): RefAttempt {
    const upstream = this.upstreams[id];
    const { span } = upstream;
    const role = span.cooling === undefined ? "ordinary" : this.isOpen(id) ? "probe" : "forced";
    const attempt: RefAttempt = { id, span, role };
    if (role === "probe") span.probe = attempt;
    upstream.attempts.push(attempt);
    return attempt;
  }

  private end(attempt: RefAttempt): void {
    const upstream = this.upstreams[attempt.id];
    upstream.attempts = upstream.attempts.filter((one) => one !== attempt);
  }

  /** The upstream cools at least for so long from now on. */
  private cool(id: Id, length: number, reason: string, begins: boolean): void {
    const upstream = this.upstreams[id];
    const old = upstream.span.cooling;
    if (begins) upstream.span = { cooling: old, probe: undefined };
    const until = this.now + length;
    if (old === undefined || old.until < until) upstream.span.cooling = { until, length, reason };
  }

  private coolAfterFailures(id: Id, last: number | undefined, reason: string): void {
    const { ms, maxMs } = this.config.cooldown;
    const length = Math.min(maxMs, Math.max(ms, 2 * (last ?? 0)));
    this.upstreams[id].lengths.push(length);
    this.cool(id, length, reason, true);
  }

  answered(attempt: RefAttempt): void {
    const { span } = this.upstreams[attempt.id];
    if (attempt.span !== span || attempt.role === "ordinary") return;
    attempt.role = "ordinary";
    span.cooling = undefined;
    span.probe = undefined;
  }

  answeredWithPause(attempt: RefAttempt, ms: number, reason: string): void {
    this.answered(attempt);
    const upstream = this.upstreams[attempt.id];
    const knows = attempt.span === upstream.span;
    this.cool(attempt.id, Math.min(ms, 3_600_000), reason, upstream.span.cooling === undefined);
    if (knows) attempt.span = upstream.span;
  }

  succeeded(attempt: RefAttempt): void {
    this.answered(attempt);
    this.end(attempt);
    const upstream = this.upstreams[attempt.id];
    if (attempt.span !== upstream.span) return;
    upstream.failures = 0;
    upstream.lengths = [];
  }

  failed(attempt: RefAttempt, reason: string): void {
    this.end(attempt);
    const upstream = this.upstreams[attempt.id];
    const { span } = upstream;
    if (attempt.span !== span) return;
    if (span.probe === attempt) this.coolAfterFailures(attempt.id, span.cooling?.length, reason);
    if (attempt.role !== "ordinary") return;
    upstream.failures++;
    if (upstream.failures >= this.config.cooldown.afterFailures)
      this.coolAfterFailures(attempt.id, upstream.lengths.at(-1), reason);
  }

  refused(attempt: RefAttempt, ms: number | "longest", reason: string): void {
    if (ms !== "longest" && ms <= 0) return this.failed(attempt, reason);
    this.end(attempt);
    const { span } = this.upstreams[attempt.id];
    const length = ms === "longest" ? this.config.cooldown.maxMs : Math.min(ms, 3_600_000);
    this.cool(attempt.id, length, reason, span.cooling === undefined || span.probe === attempt);
  }

  abandoned(attempt: RefAttempt): void {
    this.end(attempt);
    const { span } = this.upstreams[attempt.id];
    if (span.probe !== attempt || span.cooling === undefined) return;
    span.probe = undefined;
    // The time is a new one, although it may end when the old one would have: the clock may have been set back.
    span.cooling = { ...span.cooling };
    this.cool(attempt.id, span.cooling.length, span.cooling.reason, false);
  }

  /** The upstream's state, as the program should show it. */
  state(id: Id): object {
    const { cooling } = this.upstreams[id].span;
    if (cooling === undefined) return { state: "well" };
    const { until, reason } = cooling;
    return { state: this.now < until ? "cooling" : "probing", reason, until };
  }
}
