// Limits how many requests are in flight with one upstream key, over all processes. Waiting stays in the process (contract, section 16).
//
// A slot is taken here first, and then confirmed by Redis. So a process never asks for more slots than there are, and knows what it
// has when Redis is away.

import { InflightCounter } from "../counter.ts";
import type { Gate, SharedSlots, Wait } from "../gate.ts";
import { SlotQueue } from "../slot-queue.ts";
import type { HeldSlot } from "./shared-counts.ts";

/** How long the first waiter waits after Redis said that the gate is full, ms. Other processes don't tell when they give a slot back. */
const FULL_MS = 50;

/** What a shared gate needs of the process. */
export interface GateOwner {
  /** Whether Redis is asked. */
  readonly usable: boolean;
  /** Redis can't be used, and requests pass without limits meanwhile. */
  readonly unlimited: boolean;
  /** ms, on a clock that never goes back. */
  readonly monotonic: () => number;
  newId(): string;
  /** Takes a slot. @returns `undefined` where Redis could not be asked: then this process decides */
  enter(gate: { readonly key: string; readonly max: number }, id: string): Promise<boolean | undefined>;
  leave(key: string, id: string): void;
}

export class SharedGate implements Gate, SharedSlots {
  readonly key: string;
  readonly #owner: GateOwner;
  readonly #permits: InflightCounter;
  #max: number;
  #maxWaiting: number;
  /** The ids of the slots that are confirmed. All slots are alike, so any of them can be given back for another. */
  readonly #ids: string[] = [];
  #fullUntil = 0;
  readonly #queue = new SlotQueue({
    take: () => this.#takeForWaiter(),
    giveBack: () => this.leave(),
    // At different times in each process.
    againMs: () => FULL_MS * (0.75 + Math.random() / 2),
  });

  constructor(key: string, owner: GateOwner, max: number, maxWaiting: number) {
    this.key = key;
    this.#owner = owner;
    this.#permits = new InflightCounter(max);
    this.#max = max;
    this.#maxWaiting = maxWaiting;
  }

  get shared(): SharedSlots {
    return this;
  }

  get max(): number {
    return this.#max;
  }

  get inUse(): number {
    return this.#permits.inUse;
  }

  get waiting(): number {
    return this.#queue.waiting;
  }

  get hasRoom(): boolean {
    return this.#queue.waiting === 0 && (this.#owner.unlimited || this.#permits.hasRoom);
  }

  /** The slots that this process has. */
  get held(): readonly HeldSlot[] {
    return this.#ids.map((id) => ({ id, reserved: undefined }));
  }

  resize(max: number, maxWaiting: number): void {
    this.#max = max;
    this.#permits.max = max;
    this.#maxWaiting = maxWaiting;
    this.#fullUntil = 0;
    if (maxWaiting > 0) this.#queue.prepare();
    this.#queue.wakeFirst();
  }

  tryEnter(): boolean {
    if (!this.hasRoom) return false;
    this.#permits.charge();
    return true;
  }

  charge(): void {
    this.#permits.charge();
    this.confirmed(this.#owner.newId());
  }

  leave(): void {
    this.#permits.release();
    const id = this.#ids.pop();
    if (id !== undefined) this.#owner.leave(this.key, id);
    this.#fullUntil = 0;
    this.#queue.wakeFirst();
  }

  wait(timeoutMs: number): Wait | undefined {
    return this.#queue.wait(timeoutMs, this.#maxWaiting);
  }

  confirmed(id: string): void {
    this.#ids.push(id);
  }

  giveUp(isFull: boolean): void {
    this.#permits.release();
    if (isFull) this.#fullUntil = this.#owner.monotonic() + FULL_MS;
    else this.#queue.wakeFirst();
  }

  confirm(): boolean | Promise<boolean> {
    const id = this.#owner.newId();
    if (!this.#owner.usable) {
      this.confirmed(id);
      return true;
    }
    return this.#owner.enter(this, id).then((entered) => {
      if (entered === false) this.giveUp(true);
      // A slot that Redis may have given without an answer is taken back later, under its id.
      else this.confirmed(entered === undefined ? this.#owner.newId() : id);
      return entered !== false;
    });
  }

  #takeForWaiter(): boolean | Promise<boolean> {
    const { usable, unlimited } = this.#owner;
    if (usable && this.#owner.monotonic() < this.#fullUntil) return false;
    if (!unlimited && !this.#permits.hasRoom) return false;
    this.#permits.charge();
    return this.confirm();
  }
}
