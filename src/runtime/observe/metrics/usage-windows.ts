// Adds up tokens and costs of the last hour, by minutes, and of the last day, by quarters of an hour.

import { TICKS_PER_USD } from "../../../plan/usage.ts";
import type { CountedUsage, UsedExchange } from "./counted-exchange.ts";
import { SlidingSums } from "./sliding-sums.ts";

const HOUR_MINUTES = 60;
/** A day of minutes would take nine times the memory, and there may be ten thousand clients. */
const QUARTER_MINUTES = 15;
const DAY_QUARTERS = 96;

/** What was used in a time, as the summary shows it. */
export interface UsedInTime {
  /** Usage records. */
  readonly records: number;
  /** Those of them that report no tokens, although the upstream answered with a 2xx. */
  readonly records_without_tokens: number;
  /** Those of them whose cost is not known, although the upstream answered with a 2xx. */
  readonly records_without_cost: number;
  readonly input_tokens: number;
  /** The part of `input_tokens` that was read from a cache. */
  readonly input_cached_tokens: number;
  readonly output_tokens: number;
  /** The sum of the known costs; null where that is nothing, but some costs are not known. */
  readonly cost_usd: number | null;
}

/** The fields that a row of the summary has of its usage. */
export interface UsageFields {
  readonly usage_1h: UsedInTime;
  readonly usage_24h: UsedInTime;
}

const NOTHING: UsedInTime = Object.freeze({
  records: 0,
  records_without_tokens: 0,
  records_without_cost: 0,
  input_tokens: 0,
  input_cached_tokens: 0,
  output_tokens: 0,
  cost_usd: 0,
});

export const NO_USAGE: UsageFields = Object.freeze({ usage_1h: NOTHING, usage_24h: NOTHING });

/** An exchange as one amount for each column: see `usedFrom`. */
export type Amounts = readonly number[];
const COLUMNS = 7;

/** The last hour is the current minute and the 59 before it; the last day the current quarter of an hour and the 95 before it. */
export class UsageWindows {
  readonly #hour = new SlidingSums(HOUR_MINUTES, COLUMNS);
  readonly #day = new SlidingSums(DAY_QUARTERS, COLUMNS);

  /** @param minute whole minutes since the epoch @param amounts of `amountsOf` */
  add(minute: number, amounts: Amounts): void {
    this.#hour.add(minute, amounts);
    this.#day.add(quarterOf(minute), amounts);
  }

  fields(minute: number): UsageFields {
    return { usage_1h: usedFrom(this.#hour.sums(minute)), usage_24h: usedFrom(this.#day.sums(quarterOf(minute))) };
  }

  /** Whether there was no record in the last day. */
  isEmpty(minute: number): boolean {
    return this.#day.sums(quarterOf(minute))[0] === 0;
  }
}

/** What one exchange adds to the sums. */
export function amountsOf(
  { upstreamAnswered, status }: Pick<UsedExchange, "upstreamAnswered" | "status">,
  { report: { known, counts }, costTicks }: CountedUsage,
): Amounts {
  // What was refused or failed is not charged (contract, section 12). So it does not make a sum uncertain.
  const succeeded = upstreamAnswered && status >= 200 && status < 300;
  return [
    1,
    Number(succeeded && known === "unknown"),
    Number(succeeded && costTicks === null),
    counts.input ?? 0,
    counts.cacheRead ?? 0,
    counts.output ?? 0,
    costTicks ?? 0,
  ];
}

function usedFrom(sums: Float64Array): UsedInTime {
  const [records = 0, withoutTokens = 0, withoutCost = 0, input = 0, cached = 0, output = 0, ticks = 0] = sums;
  return {
    records,
    records_without_tokens: withoutTokens,
    records_without_cost: withoutCost,
    input_tokens: input,
    input_cached_tokens: cached,
    output_tokens: output,
    cost_usd: withoutCost > 0 && ticks === 0 ? null : ticks / TICKS_PER_USD,
  };
}

function quarterOf(minute: number): number {
  return Math.floor(minute / QUARTER_MINUTES);
}
