// Follows one exchange through its attempts: which upstreams it has asked, where it may go next, and what its attempts say about
// the health of the upstreams of a pool (contract, sections 7 and 14).

import type { RetrySpec } from "../../plan/forward.ts";
import type { Clock } from "../clock.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import { type HealthState, HealthTicket, type UpstreamHealth } from "../limits/health.ts";
import { healthOf } from "./answers/health.ts";
import { usedUpUntil } from "./answers/rate-headers.ts";
import type { LinkedUpstream, PooledUpstream } from "./linked-upstream.ts";
import type { Place } from "./place.ts";
import type { Ask, Pool } from "./pool.ts";
import { type Decision, decide, type Happened, PASS_ON, type Standing } from "./retry.ts";

/** What the exchanges of a route share. */
export interface RetryContext {
  /** `undefined`: one attempt is made. */
  readonly spec: RetrySpec | undefined;
  /** `undefined` for a route with one upstream. */
  readonly pool: Pool<PooledUpstream> | undefined;
  readonly clock: Clock;
  /** At least 0 and less than 1. */
  readonly random: () => number;
  /** Called when an upstream begins to cool, and when it is well again. */
  readonly onHealth: (upstream: LinkedUpstream, state: HealthState, now: number) => void;
}

/** What one exchange needs of the pool of its route. */
export interface PoolRequest {
  readonly ask: Ask<PooledUpstream>;
  /** It names state of one account, so it goes to one upstream only. */
  readonly bound: boolean;
  readonly place: Place<PooledUpstream>;
}

/** What follows an attempt. `queue`: the exchange waits for a slot at another upstream. */
export type NextAttempt =
  | Decision
  | {
      readonly next: "queue";
      readonly leave: () => void;
      /** Resolves when the wait has ended: true when the exchange has moved there. */
      readonly moved: Promise<boolean>;
    };

type Queued = Extract<NextAttempt, { readonly next: "queue" }>;

/** These would be done twice, where other methods only ask twice. */
export const NOT_REPEATABLE: ReadonlySet<string> = new Set(["PUT", "PATCH", "DELETE"]);

export class Retries {
  readonly #x: LiveExchange;
  readonly #context: RetryContext;
  readonly #request: PoolRequest | undefined;
  readonly #ticket = new HealthTicket();
  readonly #asked: LinkedUpstream[] = [];
  /** The upstreams whose quota is spent: this exchange does not ask them again. */
  #spent: readonly LinkedUpstream[] = [];
  /** Of the time that the attempts share, ms. */
  #timeLeftMs = Number.POSITIVE_INFINITY;
  /** The present attempt comes after a wait. */
  #waited = false;

  /** @param request `undefined` for a route with one upstream */
  constructor(x: LiveExchange, context: RetryContext, request: PoolRequest | undefined) {
    this.#x = x;
    this.#context = context;
    this.#request = request;
  }

  /** An attempt begins. */
  began(upstream: LinkedUpstream): void {
    if (!this.#asked.includes(upstream)) this.#asked.push(upstream);
    upstream.health?.begin(this.#ticket, this.#context.clock.now());
  }

  /**
   * Decides what follows an attempt that failed, or whose answer is no success, and notes what it says about the upstream's
   * health. If another upstream is to be asked, the exchange has moved there: see `moved`.
   * @param replayable all that was sent of the body is kept
   * @param timeLeftMs of the time that the attempts share, ms
   */
  after(upstream: LinkedUpstream, happened: Happened, replayable: boolean, timeLeftMs: number): NextAttempt {
    const now = this.#context.clock.now();
    this.#noteHealth(upstream, happened, now);
    if (happened.quota) this.#spent = [...this.#spent, upstream];
    this.#timeLeftMs = timeLeftMs;
    this.#waited = false;
    const next = this.#decide(happened, replayable, timeLeftMs, now);
    // An answer that is no failure of the upstream leaves the attempt open until it is passed on whole.
    if (next.next !== "pass on") upstream.health?.succeeded(this.#ticket);
    return next;
  }

  #decide(happened: Happened, replayable: boolean, timeLeftMs: number, now: number): NextAttempt {
    const { spec, pool } = this.#context;
    if (spec === undefined) return PASS_ON;
    const request = this.#request?.bound === false ? this.#request : undefined;
    const standing: Standing = {
      attempts: this.#x.record.attempts,
      timeLeftMs,
      replayable,
      repeatable: !NOT_REPEATABLE.has(this.#x.method),
      other: pool !== undefined && request !== undefined,
      againInMs: 0,
      draining: this.#x.draining,
    };
    const first = decide(spec, happened, standing, this.#context.random);
    if (first.next !== "ask another" || pool === undefined || request === undefined) return first;
    const asked = this.#asked as readonly PooledUpstream[];
    if (pool.next(request.ask, asked, request.place, now) !== undefined) return first;
    const queued = standing.draining ? undefined : this.#queue(request, timeLeftMs);
    if (queued !== undefined) return queued;
    // What the upstream asks to wait is part of its health now: another one may be asked earlier.
    const anyUpstream: Happened = { ...happened, toldMs: undefined };
    const againInMs = pool.waitMs(request.ask, this.#mayAsk, now);
    return decide(spec, anyUpstream, { ...standing, other: false, againInMs }, this.#context.random);
  }

  /** The upstream that the exchange has moved to. */
  moved(upstream: LinkedUpstream): LinkedUpstream {
    return this.#request?.place.member ?? upstream;
  }

  /** Chooses the upstream when a wait is over. @param upstream the last one */
  over(upstream: LinkedUpstream): LinkedUpstream {
    const { pool, clock } = this.#context;
    const request = this.#request;
    this.#waited = true;
    if (pool === undefined || request === undefined || request.bound) return upstream;
    return pool.chooseAgain(request.ask, this.#mayAsk, request.place, clock.now())?.member ?? upstream;
  }

  /** The wait for the slot where the exchange has moved to, if other processes have slots there, too; `undefined`: it has its slot. */
  unconfirmed(): Queued | undefined {
    const confirmed = this.#request?.place.confirm() ?? true;
    if (typeof confirmed === "boolean") return undefined;
    let leaveQueue = (): void => {};
    const moved = confirmed.then((granted) => granted || this.#confirmAnother((leave) => (leaveQueue = leave)));
    return { next: "queue", leave: () => leaveQueue(), moved };
  }

  /**
   * Moves to another upstream, since others have all slots of the first one: to one that was not asked yet, or to its queue. After a wait,
   * or where there is no queue, to any that may be asked again.
   * @param onQueued is given what leaves the queue
   */
  async #confirmAnother(onQueued: (leave: () => void) => void): Promise<boolean> {
    const { pool, clock } = this.#context;
    const request = this.#request;
    if (pool === undefined || request === undefined || request.bound) return false;
    const { ask, place } = request;
    const asked = this.#asked as readonly PooledUpstream[];
    // It ends: no gate is asked twice.
    const moves = async (move: () => unknown): Promise<boolean> => {
      while (!this.#x.done && move() !== undefined) if (await place.confirm()) return true;
      return false;
    };
    const again = () => pool.chooseAgain(ask, this.#mayAsk, place, clock.now());
    if (await moves(() => pool.next(ask, asked, place, clock.now()))) return true;
    if (this.#waited && (await moves(again))) return true;
    if (this.#x.done) return false;
    const queued = this.#x.draining ? undefined : this.#queue(request, this.#timeLeftMs);
    if (queued === undefined) return moves(again);
    onQueued(queued.leave);
    return (await queued.moved) && place.confirm();
  }

  /** Waits for a slot at an upstream that is well and was not asked yet, if there is one whose queue has room. */
  #queue(request: PoolRequest, timeLeftMs: number): Queued | undefined {
    const { pool, clock } = this.#context;
    const asked = this.#asked as readonly PooledUpstream[];
    return queue(pool?.fullButWell(request.ask, asked, clock.now()), request, timeLeftMs, (full) => {
      const grantedAt = clock.now();
      request.place.moveToGranted(full);
      // It may have begun to cool meanwhile.
      if (!full.health.isWell(grantedAt)) pool?.next(request.ask, asked, request.place, grantedAt);
    });
  }

  /** A response head came that is passed on, and that is no failure of the upstream. */
  answered(upstream: LinkedUpstream, rawHeaders: readonly string[]): void {
    const { health } = upstream;
    if (health === undefined) return;
    const now = this.#context.clock.now();
    const until = usedUpUntil(rawHeaders, now);
    if (until !== undefined) {
      this.#watched(upstream, health, now, () =>
        health.answeredWithPause(this.#ticket, now, until - now, "rate limit"),
      );
    } else if (health.answered(this.#ticket)) {
      this.#context.onHealth(upstream, health.state(now), now);
    }
  }

  /** The response was passed on whole. */
  succeeded({ health }: LinkedUpstream): void {
    health?.succeeded(this.#ticket);
  }

  /** The attempt failed after its response had begun. */
  broke(upstream: LinkedUpstream): void {
    const { health } = upstream;
    if (health === undefined) return;
    const now = this.#context.clock.now();
    this.#watched(upstream, health, now, () => health.failed(this.#ticket, now, "failures"));
  }

  /**
   * The exchange ended for a reason that is not the upstream's, such as a client that left. Does nothing if the attempt has ended.
   * @param delivers the client had a part of a good response. Some clients never wait for its end: Codex leaves at its last event
   */
  abandoned({ health }: LinkedUpstream, delivers: boolean): void {
    if (delivers) health?.succeeded(this.#ticket);
    else health?.abandoned(this.#ticket, this.#context.clock.now());
  }

  #noteHealth(upstream: LinkedUpstream, happened: Happened, now: number): void {
    const { health, spec } = upstream;
    if (health === undefined) return;
    const said = healthOf(happened, spec.injectsKey);
    this.#watched(upstream, health, now, () => {
      if (said === "fine") health.answered(this.#ticket);
      else if (said === "failed") health.failed(this.#ticket, now, "failures");
      else if (said.coolMs === "longest") health.coolLongest(this.#ticket, now, said.reason);
      else health.cool(this.#ticket, now, said.coolMs, said.reason);
    });
  }

  /** Makes a change, and reports it if the upstream begins to cool or is well again. */
  #watched(upstream: LinkedUpstream, health: UpstreamHealth, now: number, change: () => void): void {
    const before = health.state(now);
    change();
    const after = health.state(now);
    const cools = after.state === "cooling" && (before.state !== "cooling" || after.until > before.until);
    const recovered = after.state === "well" && before.state !== "well";
    if (cools || recovered) this.#context.onHealth(upstream, after, now);
  }

  readonly #mayAsk = (upstream: LinkedUpstream): boolean => !this.#spent.includes(upstream);
}

/**
 * Waits for a slot at an upstream that was not asked yet, if its queue has room. Meanwhile the exchange has no slot.
 * @param onGranted called when there is one: the exchange moves
 */
function queue(
  full: PooledUpstream | undefined,
  { place }: PoolRequest,
  timeLeftMs: number,
  onGranted: (full: PooledUpstream) => void,
): Queued | undefined {
  const wait = full?.gate?.wait(Math.min(full.spec.limit?.timeoutMs ?? 0, timeLeftMs));
  if (full === undefined || wait === undefined) return undefined;
  place.leave();
  const moved = wait.admission.then((admission) => {
    if (admission === "granted") onGranted(full);
    return admission === "granted";
  });
  return { next: "queue", leave: wait.leaveQueue, moved };
}
