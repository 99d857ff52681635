// Makes token counts and queries for the tests of prices.

import type { TokenCounts } from "../../src/plan/usage.ts";
import type { PricedUsage, PriceQuery } from "../../src/prices/price-list.ts";

/** Counts of which only some are told. */
export function counts(told: Partial<TokenCounts>): TokenCounts {
  const none = { input: null, cacheRead: null, cacheWrite: null, cacheWrite1h: null, output: null, reasoning: null };
  return { ...none, audioInput: null, audioOutput: null, ...told };
}

export function used(told: Partial<TokenCounts>, more: Partial<PricedUsage> = {}): PricedUsage {
  return { counts: counts(told), serviceTier: undefined, ownCostTicks: undefined, ...more };
}

export function of(model: string | undefined, more: Partial<PriceQuery> = {}): PriceQuery {
  return { model, requestedModel: undefined, host: undefined, ...more };
}

/** Ticks of an amount in millionths of a USD, in which sums of USD per million tokens come out. */
export const microUsd = (amount: number): number => Math.round(amount * 10_000);
