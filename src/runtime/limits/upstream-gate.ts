// Limits how many requests are in flight with one upstream key, and queues the rest. All slots are in this process.
//
// While there are free permits, a synchronous counter grants them. Only what has to wait goes through the queue.

import { InflightCounter } from "./counter.ts";
import type { Gate, Wait } from "./gate.ts";
import { SlotQueue } from "./slot-queue.ts";

export class UpstreamGate implements Gate {
  readonly shared = undefined;
  readonly #permits: InflightCounter;
  #maxWaiting: number;
  readonly #queue = new SlotQueue({
    take: () => this.#permits.tryAcquire(),
    giveBack: () => this.leave(),
    againMs: undefined,
  });

  constructor(max: number, maxWaiting: number) {
    this.#permits = new InflightCounter(max);
    this.#maxWaiting = maxWaiting;
  }

  get inUse(): number {
    return this.#permits.inUse;
  }

  get waiting(): number {
    return this.#queue.waiting;
  }

  get hasRoom(): boolean {
    return this.#queue.waiting === 0 && this.#permits.hasRoom;
  }

  resize(max: number, maxWaiting: number): void {
    this.#permits.max = max;
    this.#maxWaiting = maxWaiting;
    if (maxWaiting > 0) this.#queue.prepare();
    this.#queue.wakeFirst();
  }

  tryEnter(): boolean {
    return this.#queue.waiting === 0 && this.#permits.tryAcquire();
  }

  charge(): void {
    this.#permits.charge();
  }

  leave(): void {
    this.#permits.release();
    this.#queue.wakeFirst();
  }

  wait(timeoutMs: number): Wait | undefined {
    return this.#queue.wait(timeoutMs, this.#maxWaiting);
  }
}
