// Lets requests wait for a slot, first come first served, in Bottleneck.
//
// Bottleneck starts only some 400 jobs a second (fact F7), so it is used only for waiting: it runs one job at a time, and that job
// takes the next slot that becomes free. The number of waiting requests is kept here: a request can leave the queue early, but
// Bottleneck can't cancel its job (hazard B1).

import { createRequire } from "node:module";
import type Bottleneck from "bottleneck";
import type { Admission, Wait } from "./gate.ts";

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

export interface SlotSource {
  /** Takes a slot if one is free. */
  readonly take: () => boolean | Promise<boolean>;
  /** Gives a slot back that came too late. Called only where `take` has to wait. */
  readonly giveBack: () => void;
  /** How long to wait before another try when nothing wakes the first waiter, ms; `undefined`: for ever. */
  readonly againMs: (() => number) | undefined;
}

export class SlotQueue {
  readonly #source: SlotSource;
  #waiting = 0;
  #queue: Bottleneck | undefined = undefined;
  /** Resumes the job of the first waiter. Set while that job waits for a slot. */
  #resumeFirst: (() => void) | undefined = undefined;
  /** A slot may have become free while the first waiter was asking for one. */
  #missed = false;

  constructor(source: SlotSource) {
    this.#source = source;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Gets ready for the first waiter. */
  prepare(): void {
    this.#queue ??= createQueue();
  }

  /**
   * Waits for a slot.
   * @param timeoutMs longest wait, ms
   * @param maxWaiting how many may wait
   * @returns `undefined` when that many wait already
   */
  wait(timeoutMs: number, maxWaiting: number): Wait | undefined {
    if (this.#waiting >= maxWaiting) return undefined;
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
          if (how !== "granted") this.wakeFirst();
        },
      };
      end = waiter.finish;
      this.#enqueue(waiter);
    });
    return { admission, leaveQueue: () => end("left") };
  }

  /** A slot may be free: the first waiter tries to take it. */
  wakeFirst(): void {
    const wake = this.#resumeFirst;
    this.#missed = wake === undefined;
    this.#resumeFirst = undefined;
    wake?.();
  }

  #enqueue(waiter: Waiter): void {
    this.#queue ??= createQueue();
    this.#queue.schedule(() => this.#waitForSlot(waiter)).catch(() => waiter.finish("refused"));
  }

  /** The job of one waiter. It ends as soon as the waiter has a slot or has left the queue. */
  async #waitForSlot(waiter: Waiter): Promise<void> {
    const { take, giveBack } = this.#source;
    while (!waiter.finished) {
      this.#missed = false;
      const taken = take();
      if (taken === true) return waiter.finish("granted");
      if (taken !== false && (await taken)) {
        if (waiter.finished) giveBack();
        return waiter.finish("granted");
      }
      if (!waiter.finished && !this.#missed) await this.#untilWoken();
    }
  }

  #untilWoken(): Promise<void> {
    const { againMs } = this.#source;
    return new Promise((resolve) => {
      const timer = againMs && setTimeout(() => this.wakeFirst(), againMs());
      this.#resumeFirst = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
