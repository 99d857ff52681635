// Keeps what Redis has to be told when it is back, and tells it. Its memory is bounded.

import { eachOf } from "./each-of.ts";
import type { AdmissionRequest, EndedExchange, SharedCounts } from "./shared-counts.ts";

/** What is forgotten costs little: slots and reservations end by themselves after 30 s, and charges are written by client and day. */
const MAX_KEPT = 10_000;

export interface UnwrittenParts {
  readonly counts: Pick<SharedCounts, "undo" | "end" | "leave">;
  /** Writes what was charged to a client. */
  readonly writeClient: (client: string) => Promise<void>;
}

export class Unwritten {
  readonly #parts: UnwrittenParts;
  readonly #undos = new Map<string, AdmissionRequest>();
  readonly #ends = new Map<string, EndedExchange>();
  /** Slots that were given back: the gate's key, by the id of the slot. */
  readonly #leaves = new Map<string, string>();
  readonly #clients = new Set<string>();

  constructor(parts: UnwrittenParts) {
    this.#parts = parts;
  }

  get isEmpty(): boolean {
    return this.#undos.size + this.#ends.size + this.#leaves.size + this.#clients.size === 0;
  }

  /** An admission that may have run has to be taken back. */
  addUndo(request: AdmissionRequest): void {
    keep(this.#undos, request.id, request);
  }

  /** An exchange has ended. */
  addEnd(ended: EndedExchange): void {
    keep(this.#ends, ended.id, ended);
  }

  /** A slot of a gate was given back. */
  addLeave(key: string, id: string): void {
    keep(this.#leaves, id, key);
  }

  /** What was charged to a client has to be written. There are no more of them than clients. */
  addClients(clients: Iterable<string>): void {
    for (const client of clients) this.#clients.add(client);
  }

  /** Writes all of it. What can't be written is kept: all of it can be repeated. @throws an error of a call, as a rejection */
  async write(): Promise<void> {
    const { counts, writeClient } = this.#parts;
    const undos = [...this.#undos.values()];
    const ends = [...this.#ends.values()];
    const leaves = [...this.#leaves];
    const clients = [...this.#clients];
    for (const kept of [this.#undos, this.#ends, this.#leaves, this.#clients]) kept.clear();
    try {
      await eachOf(undos, (request) => counts.undo(request));
      await eachOf(ends, (ended) => counts.end(ended));
      await eachOf(leaves, ([id, key]) => counts.leave(key, id));
      await eachOf(clients, writeClient);
    } catch (err) {
      for (const request of undos) this.addUndo(request);
      for (const ended of ends) this.addEnd(ended);
      for (const [id, key] of leaves) this.addLeave(key, id);
      this.addClients(clients);
      throw err;
    }
  }
}

function keep<T>(kept: Map<string, T>, id: string, value: T): void {
  kept.set(id, value);
  if (kept.size <= MAX_KEPT) return;
  for (const oldest of kept.keys()) {
    kept.delete(oldest);
    return;
  }
}
