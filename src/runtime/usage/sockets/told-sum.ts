// Adds up what the responses of one WebSocket told, and makes the report of it.

import { areSound, sumOf, sumOfCounts, withoutOddReasoning } from "../forms/token-count.ts";
import { NO_COUNTS, type TokenCounts, type UsageReport } from "../usage-report.ts";

/** What one response told. */
export interface ToldOnce {
  readonly counts: TokenCounts;
  /** The upstream's own figure of its cost, ticks of `TICKS_PER_USD`. */
  readonly ownCostTicks: number | undefined;
}

/** What the socket named. */
export interface SocketNames {
  readonly model: string | undefined;
  readonly serviceTier: string | undefined;
}

export class ToldSum {
  #counts = NO_COUNTS;
  /** The last one apart, since a running total may replace it. */
  #last: ToldOnce | undefined;
  #hasTold = false;
  #ownCostTicks = 0;
  /** Each response told its cost. */
  #isCostKnown = true;
  /** A number was told that can't be. Then no other of the socket is believed. */
  #isBroken = false;

  get hasTold(): boolean {
    return this.#hasTold;
  }

  /** What was told last; `undefined` before anything was. */
  get last(): TokenCounts | undefined {
    return this.#last?.counts;
  }

  add(told: ToldOnce): void {
    this.#settle();
    this.replaceLast(told);
  }

  /** The same response told again, with all that it has used so far. */
  replaceLast(told: ToldOnce): void {
    this.#hasTold = true;
    this.#isBroken ||= !areSound(told.counts);
    this.#last = { ...told, counts: withoutOddReasoning(told.counts) };
  }

  /** @param isAll nothing is missing */
  report(isAll: boolean, names: SocketNames): UsageReport {
    this.#settle();
    const counts = this.#counts;
    if (!this.#hasTold || this.#isBroken || !areSound(counts)) {
      return { known: "unknown", counts: NO_COUNTS, ...names, ownCostTicks: undefined };
    }
    const isCostKnown = this.#isCostKnown && Number.isSafeInteger(this.#ownCostTicks);
    const ownCostTicks = isCostKnown ? this.#ownCostTicks : undefined;
    return { known: isAll ? "reported" : "partial", counts, ...names, ownCostTicks };
  }

  #settle(): void {
    const last = this.#last;
    if (last === undefined) return;
    this.#last = undefined;
    this.#counts = sumOfCounts(this.#counts, last.counts);
    this.#isCostKnown &&= last.ownCostTicks !== undefined;
    this.#ownCostTicks = sumOf(this.#ownCostTicks, last.ownCostTicks ?? null) ?? 0;
  }
}
