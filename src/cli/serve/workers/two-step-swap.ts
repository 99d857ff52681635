// Decides a swap of the plan in all workers: all prepare it, then all commit it, or all forget it. It only decides; others send.

/** How the swap ended. */
export type Decision = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** What to do with a worker. */
export interface Order {
  readonly worker: number;
  readonly act: "commit" | "forget" | "kill";
}

const DONE: Decision = { ok: true };
const NOTHING: readonly Order[] = [];

/**
 * One swap. It begins with a `prepare` that was sent to each of the workers. Each method tells what happened, and returns what is to be
 * done next. A worker that has ended takes no part any more: the one that replaces it gets the plan in use.
 */
export class TwoStepSwap {
  /** The workers that take part and still run. */
  readonly #workers: Set<number>;
  /** Those that have not answered in this step. */
  readonly #waiting: Set<number>;
  #step: "prepare" | "commit" | "over" = "prepare";
  #outcome: Decision | undefined = undefined;

  /** @param workers their numbers; without any, the first call of `begin` ends the swap */
  constructor(workers: readonly number[]) {
    this.#workers = new Set(workers);
    this.#waiting = new Set(workers);
  }

  /** `undefined` until it has ended. */
  get outcome(): Decision | undefined {
    return this.#step === "over" ? this.#outcome : undefined;
  }

  /** Whether each worker could prepare the plan. The plan is the one in use from this moment on. */
  get decided(): boolean {
    return this.#outcome?.ok === true;
  }

  /** Called once after `prepare` was sent. */
  begin(): readonly Order[] {
    return this.#next();
  }

  /** A worker has prepared the plan, or could not. @param refusal why not */
  prepared(worker: number, refusal?: string): readonly Order[] {
    if (this.#step !== "prepare" || !this.#waiting.delete(worker)) return NOTHING;
    if (refusal !== undefined) return this.#refuse(`worker ${worker}: ${refusal}`);
    return this.#next();
  }

  /** A worker uses the plan now. @param ok false: it could not, which is a bug. It must not go on with the old plan */
  committed(worker: number, ok: boolean): readonly Order[] {
    if (this.#step !== "commit" || !this.#waiting.delete(worker)) return NOTHING;
    this.#next();
    return ok ? NOTHING : [{ worker, act: "kill" }];
  }

  /** A worker has ended. */
  gone(worker: number): readonly Order[] {
    if (this.#step === "over") return NOTHING;
    this.#workers.delete(worker);
    this.#waiting.delete(worker);
    return this.#next();
  }

  /** The time for the answers of this step is over. @param ms how long that was, for the reason */
  late(ms: number): readonly Order[] {
    if (this.#step === "over") return NOTHING;
    const silent = [...this.#waiting];
    if (this.#step === "prepare") return this.#refuse(`worker ${silent.join(", ")} did not answer within ${ms} ms`);
    // The others use the new plan already. No request may be served by the old one any more.
    this.#step = "over";
    return silent.map((worker) => ({ worker, act: "kill" }));
  }

  #next(): readonly Order[] {
    if (this.#waiting.size > 0) return NOTHING;
    if (this.#step === "commit" || this.#workers.size === 0) {
      this.#step = "over";
      this.#outcome = DONE;
      return NOTHING;
    }
    this.#step = "commit";
    this.#outcome = DONE;
    for (const worker of this.#workers) this.#waiting.add(worker);
    return [...this.#workers].map((worker) => ({ worker, act: "commit" }));
  }

  #refuse(reason: string): readonly Order[] {
    this.#step = "over";
    this.#outcome = { ok: false, reason };
    return [...this.#workers].map((worker) => ({ worker, act: "forget" }));
  }
}
