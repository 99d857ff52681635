// Keeps what one client has used and reserved, by day and in total.

import type { Charge } from "../../plan/usage.ts";
import type { Period } from "./budget-period.ts";

/** What a limit counts. */
export type BudgetUnit = "tokens" | "usd";

/** An amount in one unit: tokens, or ticks of `TICKS_PER_USD`. */
export interface Used {
  readonly settled: number;
  readonly reserved: number;
}

const NOTHING_USED: Used = Object.freeze({ settled: 0, reserved: 0 });

/** What is used and reserved: on one day, in one period, or in total. */
interface Sums {
  tokens: number;
  ticks: number;
  reservedTokens: number;
  reservedTicks: number;
}

/** The sums of a period that is longer than a day. They change with its days, so that not all of them are added up each time. */
interface PeriodSums extends Sums {
  readonly firstDay: number;
  readonly endDay: number;
}

/**
 * The longest period has 31 days, and a week may begin 6 days before its month. The rest is for a clock that was wrong for a while:
 * the days from before are still there when it is right again.
 */
const KEPT_DAYS = 64;

/** A week and a month, and those before them, which exchanges may still ask for. */
const KEPT_PERIODS = 4;

export class ClientUsage {
  readonly #total = newSums();
  /** In the order in which they were first used. Days without usage are not there. */
  readonly #days = new Map<number, Sums>();
  /** Made from the days when they are first asked for. */
  #periods: PeriodSums[] = [];

  /** What is used and reserved in a period. */
  usedIn(period: Period, unit: BudgetUnit): Used {
    const sums = this.#sumsOf(period);
    if (sums === undefined) return NOTHING_USED;
    const { tokens, ticks, reservedTokens, reservedTicks } = sums;
    return unit === "tokens"
      ? { settled: tokens, reserved: reservedTokens }
      : { settled: ticks, reserved: reservedTicks };
  }

  /**
   * Reserves an amount on a day.
   * @returns a function that replaces it by what was used. It changes the day of the reservation and no other. To be called once
   */
  reserve(day: number, estimate: Charge): (charge: Charge) => void {
    const ofDay = this.#ofDay(day);
    const reserved = { tokens: 0, ticks: 0, reservedTokens: estimate.tokens, reservedTicks: estimate.ticks };
    this.#add(day, ofDay, reserved);
    return ({ tokens, ticks }) => {
      this.#add(day, ofDay, { tokens, ticks, reservedTokens: -estimate.tokens, reservedTicks: -estimate.ticks });
    };
  }

  /** Counts what was used without a reservation. */
  charge(day: number, { tokens, ticks }: Charge): void {
    this.#add(day, this.#ofDay(day), { tokens, ticks, reservedTokens: 0, reservedTicks: 0 });
  }

  /** Takes over what was used before the process began. @param total all of it, also that of days that are not given */
  restore(total: Charge, days: Iterable<readonly [day: number, charge: Charge]>): void {
    addTo(this.#total, { ...newSums(), ...total });
    for (const [day, charge] of [...days].sort(([a], [b]) => a - b)) {
      addTo(this.#ofDay(day), { ...newSums(), ...charge });
    }
    this.#periods = [];
  }

  #add(day: number, ofDay: Sums, change: Sums): void {
    addTo(this.#total, change);
    addTo(ofDay, change);
    // A reservation may be older than the days that are kept. Then its day is in no sum any more.
    if (this.#days.get(day) !== ofDay) return;
    for (const period of this.#periods) if (day >= period.firstDay && day < period.endDay) addTo(period, change);
  }

  #sumsOf({ firstDay, endDay }: Period): Sums | undefined {
    if (endDay === undefined) return this.#total;
    if (endDay === firstDay + 1) return this.#days.get(firstDay);
    for (const period of this.#periods) if (period.firstDay === firstDay && period.endDay === endDay) return period;
    const sums: PeriodSums = { firstDay, endDay, ...newSums() };
    for (const [day, ofDay] of this.#days) if (day >= firstDay && day < endDay) addTo(sums, ofDay);
    this.#periods = [...this.#periods.slice(-(KEPT_PERIODS - 1)), sums];
    return sums;
  }

  /** The sums of a day, made if there is none. */
  #ofDay(day: number): Sums {
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    const sums = newSums();
    this.#days.set(day, sums);
    if (this.#days.size > KEPT_DAYS) this.#dropOldest();
    return sums;
  }

  #dropOldest(): void {
    this.#periods = [];
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

function addTo(sums: Sums, { tokens, ticks, reservedTokens, reservedTicks }: Sums): void {
  sums.tokens += tokens;
  sums.ticks += ticks;
  sums.reservedTokens += reservedTokens;
  sums.reservedTicks += reservedTicks;
}
