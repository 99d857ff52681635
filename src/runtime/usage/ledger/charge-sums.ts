// Sums what was charged, by client and by day.

import type { Charge } from "../../../plan/usage.ts";

/**
 * How many days have a sum of their own. The longest period of a budget with an end is a month. Days with a charge are counted, not
 * those of the calendar: a clock that was far ahead for a while must not push out the days that count when it is right again.
 */
const DAYS_KEPT = 41;

export interface ClientSums {
  /** Of all time. */
  readonly total: Charge;
  /** By the UTC day on which the exchange began, as `YYYY-MM-DD`. Only the last 41 with a charge. */
  readonly days: ReadonlyMap<string, Charge>;
}

/** What was charged to a client on a day. */
export interface DatedCharge extends Charge {
  readonly client: string;
  /** The UTC day on which the exchanges began. */
  readonly day: string;
}

interface Growing {
  tokens: number;
  ticks: number;
}

export class ChargeSums {
  readonly #clients = new Map<string, { readonly total: Growing; readonly days: Map<string, Growing> }>();

  add({ client, day, tokens, ticks }: DatedCharge): void {
    const { total, days } = this.#of(client);
    total.tokens += tokens;
    total.ticks += ticks;
    const sum = days.get(day);
    if (sum === undefined) days.set(day, { tokens, ticks });
    else {
      sum.tokens += tokens;
      sum.ticks += ticks;
    }
  }

  /** Takes over the sums of a client from a checkpoint. */
  restore(client: string, { total, days }: ClientSums): void {
    this.#clients.set(client, { total: { ...total }, days: new Map([...days].map(([day, sum]) => [day, { ...sum }])) });
  }

  /** Forgets the sums of days that are long past. */
  prune(): void {
    for (const { days } of this.#clients.values()) {
      if (days.size <= DAYS_KEPT) continue;
      for (const day of [...days.keys()].sort().slice(0, -DAYS_KEPT)) days.delete(day);
    }
  }

  /** A copy, which later charges don't change. */
  copy(): ReadonlyMap<string, ClientSums> {
    const copy = new ChargeSums();
    for (const [client, sums] of this.#clients) copy.restore(client, sums);
    return copy.#clients;
  }

  /** The sums themselves, for reading only. */
  get clients(): ReadonlyMap<string, ClientSums> {
    return this.#clients;
  }

  /** The sums of each client's days. */
  *byDay(): Iterable<DatedCharge> {
    for (const [client, { days }] of this.#clients) for (const [day, sum] of days) yield { client, day, ...sum };
  }

  #of(client: string) {
    let sums = this.#clients.get(client);
    if (sums === undefined) {
      sums = { total: { tokens: 0, ticks: 0 }, days: new Map() };
      this.#clients.set(client, sums);
    }
    return sums;
  }
}
