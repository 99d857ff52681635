// Keeps what Redis has to be told when it is back, and tells it. Its memory is bounded.

import { eachOf } from "./each-of.ts";
import type { AdmissionRequest, EndedExchange, SharedCounts } from "./shared-counts.ts";

/** What is forgotten costs little: slots and reservations end by themselves after 30 s, and charges are written by client and day. */
const MAX_KEPT = 10_000;

/** An exchange that has ended. */
export interface Ended {
  readonly exchange: EndedExchange;
  /** Whose budgets it is charged to; `undefined`: nothing was reserved. */
  readonly client: string | undefined;
}

export interface UnwrittenParts {
  readonly counts: Pick<SharedCounts, "undo" | "leave">;
  /** Gives back what an exchange held, and counts what it used. */
  readonly writeEnd: (ended: Ended) => Promise<void>;
  /** Writes what was charged to a client. */
  readonly writeClient: (client: string) => Promise<void>;
  /** Whether Redis can be reached. */
  readonly up: () => boolean;
}

export class Unwritten {
  readonly #parts: UnwrittenParts;
  readonly #undos = new Map<string, AdmissionRequest>();
  readonly #ends = new Map<string, Ended>();
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

  addEnd(ended: Ended): void {
    keep(this.#ends, ended.exchange.id, ended);
    if (ended.client !== undefined) this.addClients([ended.client]);
  }

  /** A slot of a gate was given back. */
  addLeave(key: string, id: string): void {
    keep(this.#leaves, id, key);
  }

  /** What was charged to a client has to be written. There are no more of them than clients. */
  addClients(clients: Iterable<string>): void {
    for (const client of clients) this.#clients.add(client);
  }

  /**
   * Writes all of it. What can't be written is kept: all of it can be repeated. Of what Redis can be asked for and refuses, only charges
   * are kept: it would refuse the rest again, and the rest ends by itself.
   * @throws an error of a call, as a rejection, when all have ended
   */
  async write(): Promise<void> {
    const { counts, writeEnd, writeClient, up } = this.#parts;
    const undos = taken(this.#undos);
    const ends = taken(this.#ends);
    const leaves = taken(this.#leaves);
    const clients = [...this.#clients];
    this.#clients.clear();
    const errors: unknown[] = [];
    const writeEach = <T>(items: readonly T[], write: (item: T) => Promise<unknown>, keepIt: (item: T) => void) =>
      eachOf(items, async (item) => {
        try {
          await write(item);
        } catch (err) {
          errors.push(err);
          keepIt(item);
        }
      });
    await writeEach(
      undos,
      ([, request]) => counts.undo(request),
      ([, request]) => up() || this.addUndo(request),
    );
    await writeEach(
      ends,
      ([, ended]) => writeEnd(ended),
      ([, ended]) => up() || this.addEnd(ended),
    );
    await writeEach(
      leaves,
      ([id, key]) => counts.leave(key, id),
      ([id, key]) => up() || this.addLeave(key, id),
    );
    await writeEach(clients, writeClient, (client) => this.addClients([client]));
    if (errors.length > 0) throw errors[0];
  }
}

/** All entries. The map is empty then. */
function taken<T>(kept: Map<string, T>): (readonly [id: string, value: T])[] {
  const entries = [...kept];
  kept.clear();
  return entries;
}

function keep<T>(kept: Map<string, T>, id: string, value: T): void {
  kept.set(id, value);
  if (kept.size <= MAX_KEPT) return;
  for (const oldest of kept.keys()) {
    kept.delete(oldest);
    return;
  }
}
