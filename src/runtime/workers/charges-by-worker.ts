// Sums what each worker has charged since its start, by client and day. When one dies, others can write its sums where they are shared.

import { ChargeSums, type ClientSums } from "../usage/ledger/charge-sums.ts";
import { dayOfLine, ticksOf } from "../usage/ledger/line-text.ts";
import type { LedgerLine } from "../usage/ledger-line.ts";

/** A worker that dies again and again must not take memory without end. So many dead ones are remembered, the last that charged something. */
const DEAD_KEPT = 64;

export class ChargesByWorker {
  readonly #alive = new Map<number, ChargeSums>();
  readonly #dead = new Map<number, ChargeSums>();

  add(worker: number, lines: readonly LedgerLine[]): void {
    if (lines.length === 0) return;
    let sums = this.#alive.get(worker) ?? this.#dead.get(worker);
    if (sums === undefined) {
      sums = new ChargeSums();
      this.#alive.set(worker, sums);
    }
    for (const line of lines) {
      const { client, charged_tokens: tokens, charged_usd } = line;
      sums.add({ client, day: dayOfLine(line), tokens, ticks: ticksOf(charged_usd) });
    }
  }

  /** By the `client` of the lines. Later charges don't change it. */
  of(worker: number): ReadonlyMap<string, ClientSums> {
    const sums = this.#alive.get(worker) ?? this.#dead.get(worker);
    return sums === undefined ? new Map() : sums.copy();
  }

  /** The worker has died. */
  gone(worker: number): void {
    const sums = this.#alive.get(worker);
    if (sums === undefined) return;
    this.#alive.delete(worker);
    this.#dead.set(worker, sums);
    for (const oldest of this.#dead.keys()) {
      if (this.#dead.size <= DEAD_KEPT) return;
      this.#dead.delete(oldest);
    }
  }
}
