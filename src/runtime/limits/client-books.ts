// Keeps what one client has used and reserved, by day and in all.

import type { Charge } from "../../plan/usage.ts";
import type { Period } from "./budget-period.ts";

/** What a limit counts. */
export type BudgetUnit = "tokens" | "usd";

/** An amount in one unit: tokens, or ticks of `TICKS_PER_USD`. */
export interface Used {
  readonly settled: number;
  readonly reserved: number;
}

/** One page of the books. */
interface Sums {
  tokens: number;
  ticks: number;
  reservedTokens: number;
  reservedTicks: number;
}

/**
 * The longest period has 31 days, and a week may begin 6 days before its month. The rest is for a clock that was wrong for a while:
 * the days from before are still there when it is right again.
 */
const KEPT_DAYS = 64;

export class ClientBooks {
  readonly #total = newSums();
  /** In the order in which they were first used. Days without usage are not there. */
  readonly #days = new Map<number, Sums>();

  /** What is used and reserved in a period. */
  usedIn({ firstDay, endDay }: Period, unit: BudgetUnit): Used {
    if (endDay === undefined) return usedOf(this.#total, unit);
    let settled = 0;
    let reserved = 0;
    for (const [day, sums] of this.#days) {
      if (day < firstDay || day >= endDay) continue;
      const used = usedOf(sums, unit);
      settled += used.settled;
      reserved += used.reserved;
    }
    return { settled, reserved };
  }

  /**
   * Reserves an amount on a day.
   * @returns a function that replaces it by what was used. It changes the day of the reservation and no other. To be called once
   */
  reserve(day: number, estimate: Charge): (charge: Charge) => void {
    const pages = [this.#total, this.#day(day)];
    for (const page of pages) {
      page.reservedTokens += estimate.tokens;
      page.reservedTicks += estimate.ticks;
    }
    return (charge) => {
      for (const page of pages) {
        page.reservedTokens -= estimate.tokens;
        page.reservedTicks -= estimate.ticks;
        addTo(page, charge);
      }
    };
  }

  /** Counts what was used without a reservation. */
  charge(day: number, charge: Charge): void {
    addTo(this.#total, charge);
    addTo(this.#day(day), charge);
  }

  /** Takes over what was used before the process began. @param total all of it, also that of days that are not given */
  restore(total: Charge, days: Iterable<readonly [day: number, charge: Charge]>): void {
    addTo(this.#total, total);
    for (const [day, charge] of [...days].sort(([a], [b]) => a - b)) addTo(this.#day(day), charge);
  }

  #day(day: number): Sums {
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    const sums = newSums();
    this.#days.set(day, sums);
    if (this.#days.size > KEPT_DAYS) this.#dropOldest();
    return sums;
  }

  /** A reservation of that day still has its page, so it can be settled all the same. */
  #dropOldest(): void {
    for (const oldest of this.#days.keys()) {
      this.#days.delete(oldest);
      return;
    }
  }
}

/** The amount of a unit. */
export function amountOf({ tokens, ticks }: Charge, unit: BudgetUnit): number {
  return unit === "tokens" ? tokens : ticks;
}

/** The amount in whole numbers that can be added up. A cost in parts of a tick is rounded up. */
export function wholeCharge({ tokens, ticks }: Charge): Charge {
  return { tokens: wholeNumber(tokens), ticks: wholeNumber(ticks) };
}

/** What is no number counts as nothing, and what is too large as the largest exact number. */
function wholeNumber(value: number): number {
  return value > 0 ? Math.min(Math.ceil(value), Number.MAX_SAFE_INTEGER) : 0;
}

function newSums(): Sums {
  return { tokens: 0, ticks: 0, reservedTokens: 0, reservedTicks: 0 };
}

function addTo(sums: Sums, { tokens, ticks }: Charge): void {
  sums.tokens += tokens;
  sums.ticks += ticks;
}

function usedOf({ tokens, ticks, reservedTokens, reservedTicks }: Sums, unit: BudgetUnit): Used {
  return unit === "tokens"
    ? { settled: tokens, reserved: reservedTokens }
    : { settled: ticks, reserved: reservedTicks };
}
