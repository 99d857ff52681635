// Sums what this process has charged to each client, by day. The sums only grow, so they can be written to Redis again at any time.

import type { Charge } from "../../../plan/usage.ts";
import type { DayCharge } from "./shared-counts.ts";

/** Older days belong to no period that has not ended. */
const KEPT_DAYS = 64;

export class OwnCharges {
  readonly #clients = new Map<string, Map<number, DayCharge>>();

  /** Adds a charge. @param charge in whole numbers @returns all that was charged to the client on that day */
  add(client: string, day: number, { tokens, ticks }: Charge): DayCharge {
    let days = this.#clients.get(client);
    if (days === undefined) {
      days = new Map();
      this.#clients.set(client, days);
    }
    const before = days.get(day);
    const sum = { day, tokens: tokens + (before?.tokens ?? 0), ticks: ticks + (before?.ticks ?? 0) };
    days.set(day, sum);
    if (days.size > KEPT_DAYS) days.delete(Math.min(...days.keys()));
    return sum;
  }

  /** The days of a client. */
  of(client: string): DayCharge[] {
    return [...(this.#clients.get(client)?.values() ?? [])];
  }
}
