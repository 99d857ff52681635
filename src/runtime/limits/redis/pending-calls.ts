// Keeps the calls that wait for an answer of Redis, with one timer for all: they have the same time limit, so the oldest is over first.

import { performance } from "node:perf_hooks";
import { RedisAway } from "./redis-link.ts";

export class PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: RedisAway) => void;
  /** When its time is over. `undefined`: it has not been sent. */
  deadline: number | undefined;

  constructor(resolve: (value: unknown) => void, reject: (error: RedisAway) => void) {
    this.resolve = resolve;
    this.reject = reject;
  }
}

/**
 * The time of a call begins when it is sent, which is at the end of the present turn of the event loop. So work of our own before that is
 * not counted. Work of our own after that can hold up the timer and the answer alike: when the timer fires, the sockets are read once
 * more before a call counts as unanswered.
 */
export class PendingCalls {
  readonly #limit: number;
  readonly #onOverdue: () => void;
  /** The oldest first. */
  readonly #calls = new Set<PendingCall>();
  #unsent: PendingCall[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looking: NodeJS.Immediate | undefined;

  /** @param limit ms @param onOverdue called when a call was not answered in time. It is expected to end all calls with `failAll` */
  constructor(limit: number, onOverdue: () => void) {
    this.#limit = limit;
    this.#onOverdue = onOverdue;
  }

  /** Must be called before the call is written, so that it counts as sent before it is. */
  add(call: PendingCall): void {
    if (this.#unsent.length === 0) setImmediate(() => this.#sent());
    this.#unsent.push(call);
    this.#calls.add(call);
  }

  /** Whether it waits. */
  has(call: PendingCall): boolean {
    return this.#calls.has(call);
  }

  /** @returns whether it was waiting. If not, it has ended already */
  remove(call: PendingCall): boolean {
    return this.#calls.delete(call);
  }

  /** Ends all calls with an error. */
  failAll(cause: string): void {
    const calls = [...this.#calls];
    this.#calls.clear();
    this.#unsent = [];
    clearTimeout(this.#timer);
    clearImmediate(this.#looking);
    this.#timer = undefined;
    this.#looking = undefined;
    for (const call of calls) call.reject(new RedisAway(cause, call.deadline !== undefined));
  }

  #sent(): void {
    const deadline = performance.now() + this.#limit;
    for (const call of this.#unsent) call.deadline = deadline;
    this.#unsent = [];
    if (this.#timer === undefined && this.#looking === undefined) this.#wait(this.#limit);
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const left = this.#left();
      if (left === undefined) return;
      if (left > 0) return this.#wait(left);
      this.#looking = setImmediate(() => this.#lookAgain());
    }, Math.ceil(ms));
  }

  /** Runs after the sockets were read. */
  #lookAgain(): void {
    this.#looking = undefined;
    const left = this.#left();
    if (left === undefined) return;
    if (left > 0) this.#wait(left);
    else this.#onOverdue();
  }

  /** How long the oldest call has, ms. `undefined`: no call waits. */
  #left(): number | undefined {
    const oldest = this.#calls.values().next().value;
    if (oldest === undefined) return undefined;
    return oldest.deadline === undefined ? this.#limit : oldest.deadline - performance.now();
  }
}
