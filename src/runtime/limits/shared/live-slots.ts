// Knows the slots that this process has, and renews them: those of all requests, those of each client, and those of gates.

import { eachOf } from "./each-of.ts";
import type { HeldSlot, SharedCounts, SlotSet } from "./shared-counts.ts";
import type { SharedGate } from "./shared-gate.ts";

/** How many slots one call renews. */
const SLOTS_PER_CALL = 200;

export class LiveSlots {
  readonly gates = new Set<SharedGate>();
  readonly #endAgain: (set: SlotSet, id: string) => void;
  readonly #downstream = new Map<string, HeldSlot>();
  readonly #subjects = new Map<string, Map<string, HeldSlot>>();
  #added = 0;

  /** @param endAgain called for a slot that has ended while it was being renewed: Redis may have added it after its end */
  constructor(endAgain: (set: SlotSet, id: string) => void) {
    this.#endAgain = endAgain;
  }

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
    return eachOf(this.#parts(), async ([set, slots]) => {
      await counts.renew(set, slots);
      // Calls can pass each other while Redis is being given a script that it does not know.
      const live = this.#idsOf(set);
      for (const { id } of slots) if (!live.has(id)) this.#endAgain(set, id);
    });
  }

  #idsOf(set: SlotSet): { has(id: string): boolean } {
    if (set.kind === "downstream") return this.#downstream;
    if (set.kind === "subject") return this.#subjects.get(set.subject) ?? NONE;
    const ids = new Set<string>();
    for (const gate of this.gates) if (gate.key === set.key) for (const { id } of gate.held) ids.add(id);
    return ids;
  }

  /**
   * The slots of one call after the other, as they are when it is made: a slot that has ended must not be added again. What is added
   * meanwhile is left out, so that this ends however many requests there are.
   */
  *#parts(): Iterable<readonly [SlotSet, readonly HeldSlot[]]> {
    for (const slots of partsOf(() => this.#downstream)) yield [{ kind: "downstream" }, slots];
    for (const subject of [...this.#subjects.keys()]) {
      for (const slots of partsOf(() => this.#subjects.get(subject))) yield [{ kind: "subject", subject }, slots];
    }
    for (const gate of [...this.gates]) {
      const { length } = gate.held;
      for (let i = 0; i < length; i += SLOTS_PER_CALL) {
        const slots = gate.held.slice(i, i + SLOTS_PER_CALL);
        if (slots.length > 0) yield [{ kind: "gate", key: gate.key }, slots];
      }
    }
  }
}

const NONE: ReadonlyMap<string, HeldSlot> = new Map();

function* partsOf(slotsNow: () => ReadonlyMap<string, HeldSlot> | undefined): Iterable<readonly HeldSlot[]> {
  const ids = [...(slotsNow() ?? NONE).keys()];
  for (let i = 0; i < ids.length; i += SLOTS_PER_CALL) {
    const slots = ids.slice(i, i + SLOTS_PER_CALL).flatMap((id) => slotsNow()?.get(id) ?? []);
    if (slots.length > 0) yield slots;
  }
}
