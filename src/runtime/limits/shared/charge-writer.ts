// Writes to Redis what the clients of this gateway were charged. Only clients with limits of their usage are written.

import type { Charge } from "../../../plan/usage.ts";
import { clientKey } from "../client-key.ts";
import { OwnCharges } from "./own-charges.ts";
import type { ChargeEffect, DayCharge, EarlierCharges, SharedCounts } from "./shared-counts.ts";

/** How many dead processes are remembered. What older ones had charged was written long ago, and is missing only in a Redis that is emptied. */
const MAX_LEFT = 64;

export interface ChargeWriterParts {
  readonly counts: Pick<SharedCounts, "publish" | "restore">;
  /** What the ledger knew of each client when the process started. */
  readonly earlier: ReadonlyMap<string, EarlierCharges>;
  /** A charge was counted. */
  readonly onCharged: (client: string, effect: ChargeEffect) => void;
}

export class ChargeWriter {
  readonly #parts: ChargeWriterParts;
  readonly #own = new OwnCharges();
  readonly #covered = new Set<string>();
  /** What other processes of this gateway had charged when they died, by process. */
  readonly #left = new Map<string, ReadonlyMap<string, readonly DayCharge[]>>();

  constructor(parts: ChargeWriterParts) {
    this.#parts = parts;
  }

  /** The clients that are written. */
  get clients(): ReadonlySet<string> {
    return this.#covered;
  }

  /** Adds a charge of this process. @param charge in whole numbers @returns all that it has charged to the client on that day */
  add(client: string, day: number, charge: Charge): DayCharge {
    return this.#own.add(client, day, charge);
  }

  /** Has these clients written from now on. @returns those that were not */
  cover(clients: Iterable<string>): string[] {
    const added = [...clients].filter((client) => !this.#covered.has(client));
    for (const client of added) this.#covered.add(client);
    return added;
  }

  /** Keeps what a process that has died had charged. @returns the clients that have to be written */
  inherit(process: string, charges: ReadonlyMap<string, readonly DayCharge[]>): string[] {
    this.#left.set(process, charges);
    if (this.#left.size > MAX_LEFT) {
      const [oldest = ""] = this.#left.keys();
      this.#left.delete(oldest);
    }
    return [...charges.keys()].filter((client) => this.#covered.has(client));
  }

  /** Writes all that is known of a client. Can be repeated. @throws an error of the call, as a rejection */
  async write(client: string): Promise<void> {
    const earlier = this.#parts.earlier.get(client);
    if (earlier !== undefined) await this.#parts.counts.restore(clientKey(client), earlier);
    await this.publish(client, this.#own.of(client));
    for (const [process, charges] of this.#left) await this.publish(client, charges.get(client) ?? [], process);
  }

  /** Writes some days of a client. Can be repeated. @throws an error of the call, as a rejection */
  async publish(client: string, days: readonly DayCharge[], process?: string): Promise<void> {
    if (days.length === 0) return;
    const effects = await this.#parts.counts.publish(clientKey(client), days, process);
    for (const effect of effects) this.#parts.onCharged(client, effect);
  }
}
