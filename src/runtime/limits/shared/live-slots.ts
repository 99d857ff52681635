// Knows the slots that this process has, and renews them: those of all requests, those of each client, and those of gates.

import { eachOf } from "./each-of.ts";
import type { HeldSlot, SharedCounts, SlotSet } from "./shared-counts.ts";
import type { SharedGate } from "./shared-gate.ts";

/** How many slots one call renews. */
const SLOTS_PER_CALL = 200;

export class LiveSlots {
  readonly gates = new Set<SharedGate>();
  readonly #downstream = new Map<string, HeldSlot>();
  readonly #subjects = new Map<string, Map<string, HeldSlot>>();
  #added = 0;

  /** How many slots were ever added. */
  get added(): number {
    return this.#added;
  }

  addDownstream(id: string): void {
    this.#added++;
    this.#downstream.set(id, { id, reserved: undefined });
  }

  addSubject(subject: string, slot: HeldSlot): void {
    this.#added++;
    let slots = this.#subjects.get(subject);
    if (slots === undefined) {
      slots = new Map();
      this.#subjects.set(subject, slots);
    }
    slots.set(slot.id, slot);
  }

  /** Forgets the slots of an exchange that has ended. */
  delete(subject: string, id: string): void {
    this.#downstream.delete(id);
    const slots = this.#subjects.get(subject);
    if (slots?.delete(id) && slots.size === 0) this.#subjects.delete(subject);
  }

  /** Renews all slots. @throws an error of a call, as a rejection */
  renew(counts: Pick<SharedCounts, "renew">): Promise<void> {
    return eachOf([...this.#parts()], ([set, slots]) => counts.renew(set, slots));
  }

  *#parts(): Iterable<readonly [SlotSet, readonly HeldSlot[]]> {
    for (const [set, slots] of this.#sets()) {
      for (let i = 0; i < slots.length; i += SLOTS_PER_CALL) yield [set, slots.slice(i, i + SLOTS_PER_CALL)];
    }
  }

  *#sets(): Iterable<readonly [SlotSet, readonly HeldSlot[]]> {
    yield [{ kind: "downstream" }, [...this.#downstream.values()]];
    for (const [subject, slots] of this.#subjects) yield [{ kind: "subject", subject }, [...slots.values()]];
    for (const gate of this.gates) yield [{ kind: "gate", key: gate.key }, gate.held];
  }
}
