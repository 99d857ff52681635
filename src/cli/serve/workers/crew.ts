// All workers of a gateway: starts them, replaces those that end, swaps their plans, and stops them.

import type { Reply } from "../../../plan/replies.ts";
import type { BuiltInRequest } from "../../../runtime/endpoints/built-in.ts";
import type { Figures } from "../../../runtime/workers/figures.ts";
import type { Report } from "../../../runtime/workers/report.ts";
import { Changes } from "./changes.ts";
import { type Fork, Member, type MemberLimits, type ProcessEnd } from "./member.ts";
import type { Legacy, Listening, SentPlan, Start } from "./messages.ts";
import { ReplacementPause, type ReplacementTimes } from "./replacement-pause.ts";
import { type Decision, type Order, TwoStepSwap } from "./two-step-swap.ts";

/** Workers that die again and again must not take memory without end. So many legacies are told to a worker that starts, the newest ones. */
const LEGACIES_KEPT = 64;

export interface CrewTimes extends ReplacementTimes, MemberLimits {
  /** How long a worker may take to link a plan, and then to swap it in, ms. */
  readonly answerMs: number;
}

export interface CrewEvents {
  /** A worker has ended that was not told to. It is replaced after `pauseMs`. */
  lost(worker: Member, pauseMs: number): void;
  /** A worker serves that replaces one. */
  replaced(worker: Member): void;
  /** A worker has ended, for whatever reason. No report of it comes any more. @returns what it leaves to the others */
  gone(worker: number): Legacy | undefined;
  reported(worker: number, report: Report): void;
  /** A worker uses Redis, or can't. @param cause why it can't; `undefined`: it does */
  redis(worker: number, cause: string | undefined): void;
  /** A client has asked a worker for a metrics endpoint. Never rejects. */
  asked(request: BuiltInRequest): Promise<Reply>;
}

export interface CrewParts {
  readonly count: number;
  readonly fork: Fork;
  /** What each worker begins with, until another plan is swapped in. */
  readonly start: Start;
  readonly events: CrewEvents;
  readonly times: CrewTimes;
}

/** How the start went. @property error why a worker can't listen; `undefined`: its process ended, and `end` says how */
export type Beginning =
  | { readonly ok: true; readonly listening: Listening }
  | { readonly ok: false; readonly error: string | undefined; readonly end: ProcessEnd | undefined };

export class Crew {
  readonly #parts: CrewParts;
  /** What a worker gets that starts now. */
  #start: Start;
  /** The workers that run, each with the pauses of its place. */
  readonly #members = new Map<Member, ReplacementPause>();
  readonly #changes = new Changes();
  readonly #pauses = new Set<NodeJS.Timeout>();
  #phase: "beginning" | "serving" | "ending" = "beginning";
  /** Where the workers listen. */
  #at: Listening | undefined = undefined;
  /** From the moment a swap is asked for: no worker starts, since its plan may be out of date in a moment. */
  #swapping = false;
  #step: { readonly swap: TwoStepSwap; readonly number: number } | undefined = undefined;
  #swaps = 0;
  /** No worker that served has ended before it had drained. */
  #whole = true;

  constructor(parts: CrewParts) {
    this.#parts = parts;
    this.#start = parts.start;
  }

  /** Starts all workers. @returns once all listen; or when one can't, and all have ended */
  async begin(): Promise<Beginning> {
    const { count, times } = this.#parts;
    const first = Array.from({ length: count }, () => this.#add(new ReplacementPause(times)));
    const failed = () => first.find(({ state }) => state === "gone");
    await this.#changes.until(() => failed() !== undefined || first.every(({ state }) => state === "serving"));
    const loser = failed();
    const listening = first[0]?.listening;
    if (loser !== undefined || listening === undefined) {
      this.kill();
      await this.#allGone();
      return { ok: false, error: loser?.failure, end: loser?.end };
    }
    this.#phase = "serving";
    this.#at = listening;
    return { ok: true, listening };
  }

  /**
   * Swaps the plan of all workers, or of none. Not to be called again before it has ended.
   * @returns once all new requests are served by the new plan; or why all stay with the old one
   */
  async swap(plan: SentPlan): Promise<Decision> {
    this.#swapping = true;
    // A worker that is starting was sent the old plan. It takes part when it serves.
    await this.#changes.until(() => this.#in("starting").length === 0);
    const workers = this.#in("serving");
    const swap = new TwoStepSwap(workers.map(({ id }) => id));
    this.#step = { swap, number: ++this.#swaps };
    for (const { process } of workers) process.send({ kind: "prepare", swap: this.#swaps, plan });
    this.#obey(swap.begin());
    await this.#answers(swap, () => swap.decided || swap.outcome !== undefined);
    // Without a new pair, the one in use stays.
    if (swap.decided) this.#start = { ...this.#start, ...plan, pair: plan.pair ?? this.#start.pair };
    await this.#answers(swap, () => swap.outcome !== undefined);
    this.#step = undefined;
    this.#swapping = false;
    this.#letStart();
    return swap.outcome ?? { ok: true };
  }

  /**
   * Tells all workers to drain.
   * @returns how many exchanges are in flight, as far as they have said so within `waitMs`
   */
  async drain(waitMs: number): Promise<number> {
    this.#close();
    const serving = this.#in("serving");
    for (const { process, state } of this.#members.keys()) {
      // One that has not got its plan has nothing to finish.
      if (state === "booting" || state === "waiting") process.kill();
      else process.send({ kind: "stop" });
    }
    const hasSaid = ({ state, inFlight }: Member) => inFlight !== undefined || state === "gone";
    await this.#changes.within(waitMs, () => serving.every(hasSaid));
    return serving.reduce((sum, { inFlight = 0 }) => sum + inFlight, 0);
  }

  /** Waits until all workers have drained and ended. @param limitMs after this time they are ended @returns whether all exchanges finished */
  async drained(limitMs: number): Promise<boolean> {
    const ended = await this.#changes.within(limitMs, () => this.#members.size === 0);
    if (ended) return this.#whole;
    this.kill();
    await this.#allGone();
    return false;
  }

  /** The numbers of the workers that serve. */
  live(): number[] {
    return this.#in("serving").map(({ id }) => id);
  }

  /** Asks a worker for its figures. May never be settled. */
  async figures(worker: number): Promise<Figures> {
    const member = this.#in("serving").find(({ id }) => id === worker);
    if (member === undefined) throw new Error(`worker ${worker} does not serve`);
    return member.figures();
  }

  /** Ends all workers at once. Waits for nothing. */
  kill(): void {
    this.#close();
    for (const { process } of this.#members.keys()) process.kill();
  }

  /** From now on no worker is started. */
  #close(): void {
    this.#phase = "ending";
    for (const pause of this.#pauses) clearTimeout(pause);
    this.#pauses.clear();
  }

  #allGone(): Promise<void> {
    return this.#changes.until(() => this.#members.size === 0);
  }

  #in(state: Member["state"]): Member[] {
    return [...this.#members.keys()].filter((member) => member.state === state);
  }

  #add(pause: ReplacementPause): Member {
    const { fork, times, events } = this.#parts;
    const member: Member = new Member(
      fork,
      {
        changed: (changed) => this.#changed(changed),
        stepped: ({ id }, step) => {
          if (step.swap !== this.#step?.number) return;
          const { swap } = this.#step;
          this.#obey(step.kind === "prepared" ? swap.prepared(id, step.refusal) : swap.committed(id, step.ok));
        },
        reported: ({ id }, report) => events.reported(id, report),
        redis: ({ id }, cause) => events.redis(id, cause),
        asked: (_, request) => events.asked(request),
      },
      times,
    );
    this.#members.set(member, pause);
    return member;
  }

  #changed(member: Member): void {
    if (member.state === "gone") this.#gone(member);
    if (member.state === "serving" && this.#phase === "serving") this.#serves(member);
    this.#letStart();
    this.#changes.tell();
  }

  #serves(member: Member): void {
    // Port 0 leads to the port of the other workers, unless the last of them has just ended.
    if (this.#at !== undefined && isElsewhere(member.listening, this.#at)) return member.process.kill();
    this.#parts.events.replaced(member);
  }

  #gone(member: Member): void {
    const pause = this.#members.get(member);
    this.#members.delete(member);
    this.#bequeath(this.#parts.events.gone(member.id));
    if (member.listening !== undefined && member.whole !== true) this.#whole = this.#whole && this.#phase === "serving";
    this.#obey(this.#step?.swap.gone(member.id) ?? []);
    if (this.#phase !== "serving" || pause === undefined) return;
    const pauseMs = pause.after(performance.now() - member.since);
    this.#parts.events.lost(member, pauseMs);
    const timer = setTimeout(() => {
      this.#pauses.delete(timer);
      this.#add(pause);
    }, pauseMs);
    this.#pauses.add(timer);
  }

  /** Tells the other workers what one has left, and those that start later. */
  #bequeath(legacy: Legacy | undefined): void {
    if (legacy === undefined) return;
    this.#start = { ...this.#start, legacies: [...this.#start.legacies, legacy].slice(-LEGACIES_KEPT) };
    for (const { process } of [...this.#in("starting"), ...this.#in("serving")]) {
      process.send({ kind: "inherit", legacy });
    }
  }

  /**
   * Sends those that wait the plan in use. While no worker listens, only one of them begins to: when two ask node:cluster for an
   * address that is taken, only the first one gets an answer (fact F24).
   */
  #letStart(): void {
    if (this.#swapping || this.#phase === "ending") return;
    for (const member of this.#in("waiting")) {
      const isFirst = this.#in("serving").length === 0;
      if (isFirst && this.#in("starting").length > 0) return;
      // Those that share an address must ask for it in the same way. Without any other, it is asked for by its port.
      if (isFirst) this.#start = { ...this.#start, at: this.#at };
      member.start(this.#start);
    }
  }

  /** Waits for the answers of one step of a swap. */
  async #answers(swap: TwoStepSwap, isOver: () => boolean): Promise<void> {
    const { answerMs } = this.#parts.times;
    if (!(await this.#changes.within(answerMs, isOver))) this.#obey(swap.late(answerMs));
  }

  #obey(orders: readonly Order[]): void {
    for (const { worker, act } of orders) {
      const process = [...this.#members.keys()].find(({ id }) => id === worker)?.process;
      if (act === "kill") process?.kill();
      else process?.send({ kind: act, swap: this.#swaps });
    }
    this.#changes.tell();
  }
}

function isElsewhere(listening: Listening | undefined, at: Listening): boolean {
  if (listening === undefined) return false;
  const { address, metricsAddress } = listening;
  return address.port !== at.address.port || metricsAddress?.port !== at.metricsAddress?.port;
}
