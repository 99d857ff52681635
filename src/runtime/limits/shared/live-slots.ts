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

  /** Renews all slots. What ends meanwhile is left out. @throws an error of a call, as a rejection, when all have ended */
  renew(counts: Pick<SharedCounts, "renew">): Promise<void> {
    return eachOf(this.#parts(), ([set, slots]) => counts.renew(set, slots));
  }

  /** The slots of one call after the other, as they are when it is made: a slot that has ended must not be added again. */
  *#parts(): Iterable<readonly [SlotSet, readonly HeldSlot[]]> {
    for (const slots of partsOf(this.#downstream)) yield [{ kind: "downstream" }, slots];
    for (const [subject, all] of this.#subjects) {
      for (const slots of partsOf(all)) yield [{ kind: "subject", subject }, slots];
    }
    for (const gate of this.gates) {
      for (let i = 0; i < gate.held.length; i += SLOTS_PER_CALL) {
        yield [{ kind: "gate", key: gate.key }, gate.held.slice(i, i + SLOTS_PER_CALL)];
      }
    }
  }
}

/** Entries that are deleted before their part is taken are in no part. */
function* partsOf(slots: ReadonlyMap<string, HeldSlot>): Iterable<readonly HeldSlot[]> {
  let part: HeldSlot[] = [];
  for (const slot of slots.values()) {
    part.push(slot);
    if (part.length < SLOTS_PER_CALL) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
