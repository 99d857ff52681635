// Describes what a response reported of the tokens that were used (contract, section 13, "Numbers").

import type { TokenCounts } from "../../plan/usage.ts";

export type { TokenCounts };

export const NO_COUNTS: TokenCounts = Object.freeze({
  input: null,
  cacheRead: null,
  cacheWrite: null,
  cacheWrite1h: null,
  output: null,
  reasoning: null,
  audioInput: null,
  audioOutput: null,
});

/**
 * How much is known: `reported` when the response reported its final usage, however it ended; `partial` when a stream ended early,
 * with the last numbers that it reported; `unknown` when it reported nothing, or impossible numbers.
 */
export type UsageKnown = "reported" | "partial" | "unknown";

/** What a response reported. */
export interface UsageReport {
  readonly known: UsageKnown;
  /** `NO_COUNTS` when unknown. */
  readonly counts: TokenCounts;
  /** The model that the response names. */
  readonly model: string | undefined;
  /** The service tier that the response names, such as `batch`, `flex` or `priority`: it may have a price of its own. */
  readonly serviceTier: string | undefined;
  /** The upstream's own figure of the cost, ticks of `TICKS_PER_USD`. */
  readonly ownCostTicks: number | undefined;
}

/** The report of a response that was not understood. */
export const UNKNOWN_USAGE: UsageReport = Object.freeze({
  known: "unknown",
  counts: NO_COUNTS,
  model: undefined,
  serviceTier: undefined,
  ownCostTicks: undefined,
});
