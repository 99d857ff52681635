// May one more request go to this upstream key now, or wait for a place? Bottleneck's door.
//
// A synchronous count grants while there is room; Bottleneck, at some 400 job starts a second (fact F7), is only the waiting
// room: one job at a time stands at its door and takes the next permit that comes free. Who leaves the queue is counted out
// here, since Bottleneck can't cancel a waiting job (hazard B1).

import { createRequire } from "node:module";
import type Bottleneck from "bottleneck";
import { InflightCounter } from "./counter.ts";

/** How a wait ended. */
export type Admission = "granted" | "refused" | "left";

/** Loaded only where there may be a queue: a gateway without one starts sooner. */
const require = createRequire(import.meta.url);

function waitingRoom(): Bottleneck {
  const Room: typeof Bottleneck = require("bottleneck");
  return new Room({ maxConcurrent: 1 });
}

interface Waiter {
  readonly settle: (admission: Admission) => void;
  settled: boolean;
}

export class UpstreamGate {
  readonly #permits: InflightCounter;
  #maxWaiting: number;
  #waiting = 0;
  #room: Bottleneck | undefined = undefined;
  /** The waiter at the door, while no permit is free, and how to wake its job. */
  #headWaiter: (() => void) | undefined = undefined;

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

  /** A reload changes the bounds; what is under way or waiting stays counted. */
  resize(max: number, maxWaiting: number): void {
    this.#permits.max = max;
    this.#maxWaiting = maxWaiting;
    if (maxWaiting > 0) this.#room ??= waitingRoom();
    this.#wakeHead();
  }

  /** Takes a permit if one is free and nobody stands in line for it. */
  tryEnter(): boolean {
    return this.#waiting === 0 && this.#permits.tryAcquire();
  }

  /** Counts one more that is under way already, whatever the maximum. */
  charge(): void {
    this.#permits.charge();
  }

  /** Gives a permit back; the head of the line hears of it. */
  leave(): void {
    this.#permits.release();
    this.#wakeHead();
  }

  /**
   * Stands in line, first come first served.
   * @param timeoutMs longest wait, ms
   * @returns how it ends, and a way to leave early; `undefined` when the line is full
   */
  wait(timeoutMs: number): { readonly admission: Promise<Admission>; readonly leaveLine: () => void } | undefined {
    if (this.#waiting >= this.#maxWaiting) return undefined;
    this.#waiting++;
    let end: (admission: Admission) => void = () => {};
    const admission = new Promise<Admission>((resolve) => {
      const timer = setTimeout(() => end("refused"), timeoutMs);
      const waiter: Waiter = {
        settled: false,
        settle: (how) => {
          if (waiter.settled) return;
          waiter.settled = true;
          clearTimeout(timer);
          this.#waiting--;
          resolve(how);
          if (how !== "granted") this.#wakeHead();
        },
      };
      end = waiter.settle;
      this.#enqueue(waiter);
    });
    return { admission, leaveLine: () => end("left") };
  }

  #enqueue(waiter: Waiter): void {
    this.#room ??= waitingRoom();
    this.#room.schedule(() => this.#waitForPermit(waiter)).catch(() => waiter.settle("refused"));
  }

  /** The job of one waiter: over as soon as it holds a permit or has left the line. */
  async #waitForPermit(waiter: Waiter): Promise<void> {
    while (!waiter.settled) {
      if (this.#permits.tryAcquire()) return waiter.settle("granted");
      await new Promise<void>((resolve) => {
        this.#headWaiter = resolve;
      });
    }
  }

  #wakeHead(): void {
    const wake = this.#headWaiter;
    this.#headWaiter = undefined;
    wake?.();
  }
}
