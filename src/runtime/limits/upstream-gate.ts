// Limits how many requests are in flight with one upstream key, and queues the rest in Bottleneck.
//
// While there are free permits, a synchronous counter grants them. Bottleneck starts only some 400 jobs a second (fact F7), so it
// is used only for waiting: it runs one job at a time, and that job takes the next permit that becomes free. The number of
// waiting requests is kept here: a request can leave the queue early, but Bottleneck can't cancel its job (hazard B1).

import { createRequire } from "node:module";
import type Bottleneck from "bottleneck";
import { InflightCounter } from "./counter.ts";

/** How a wait ended. */
export type Admission = "granted" | "refused" | "left";

const require = createRequire(import.meta.url);

/** Loads Bottleneck only when the first queue is created: a gateway without a queue starts faster. */
function createQueue(): Bottleneck {
  const Queue: typeof Bottleneck = require("bottleneck");
  return new Queue({ maxConcurrent: 1 });
}

interface Waiter {
  readonly finish: (admission: Admission) => void;
  finished: boolean;
}

export class UpstreamGate {
  readonly #permits: InflightCounter;
  #maxWaiting: number;
  #waiting = 0;
  #queue: Bottleneck | undefined = undefined;
  /** Resumes the job of the first waiter. Set while that job waits for a permit. */
  #resumeFirst: (() => void) | undefined = undefined;

  constructor(max: number, maxWaiting: number) {
    this.#permits = new InflightCounter(max);
    this.#maxWaiting = maxWaiting;
  }

  get inUse(): number {
    return this.#permits.inUse;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Whether `tryEnter` would take a permit. */
  get hasRoom(): boolean {
    return this.#waiting === 0 && this.#permits.hasRoom;
  }

  /** A reload changes the limits. What is in flight or waiting stays counted. */
  resize(max: number, maxWaiting: number): void {
    this.#permits.max = max;
    this.#maxWaiting = maxWaiting;
    if (maxWaiting > 0) this.#queue ??= createQueue();
    this.#wakeFirst();
  }

  /** Takes a permit if one is free and no request waits for it. */
  tryEnter(): boolean {
    return this.#waiting === 0 && this.#permits.tryAcquire();
  }

  /** Counts one more request, even above the maximum: it is in flight already, but was not counted. */
  charge(): void {
    this.#permits.charge();
  }

  /** Gives a permit back, and wakes the first waiter. */
  leave(): void {
    this.#permits.release();
    this.#wakeFirst();
  }

  /**
   * Waits for a permit, first come first served.
   * @param timeoutMs longest wait, ms
   * @returns how the wait ends, and a function that leaves the queue; `undefined` when the queue is full
   */
  wait(timeoutMs: number): { readonly admission: Promise<Admission>; readonly leaveQueue: () => void } | undefined {
    if (this.#waiting >= this.#maxWaiting) return undefined;
    this.#waiting++;
    let end: (admission: Admission) => void = () => {};
    const admission = new Promise<Admission>((resolve) => {
      const timer = setTimeout(() => end("refused"), timeoutMs);
      const waiter: Waiter = {
        finished: false,
        finish: (how) => {
          if (waiter.finished) return;
          waiter.finished = true;
          clearTimeout(timer);
          this.#waiting--;
          resolve(how);
          if (how !== "granted") this.#wakeFirst();
        },
      };
      end = waiter.finish;
      this.#enqueue(waiter);
    });
    return { admission, leaveQueue: () => end("left") };
  }

  #enqueue(waiter: Waiter): void {
    this.#queue ??= createQueue();
    this.#queue.schedule(() => this.#waitForPermit(waiter)).catch(() => waiter.finish("refused"));
  }

  /** The job of one waiter. It ends as soon as the waiter holds a permit or has left the queue. */
  async #waitForPermit(waiter: Waiter): Promise<void> {
    while (!waiter.finished) {
      if (this.#permits.tryAcquire()) return waiter.finish("granted");
      await new Promise<void>((resolve) => {
        this.#resumeFirst = resolve;
      });
    }
  }

  #wakeFirst(): void {
    const wake = this.#resumeFirst;
    this.#resumeFirst = undefined;
    wake?.();
  }
}
