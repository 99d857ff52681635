// Adds up what the tokens of one exchange cost.

import type { TokenCounts } from "../plan/usage.ts";
import { RATE_UNITS_PER_TICK, type Rates } from "./rates.ts";

/**
 * All input of a request, which decides whether it counts as long. Cached input is part of it, even where a provider reports
 * only the parts and not the whole.
 */
export function totalInput(counts: TokenCounts): number {
  const parts = whole(counts.cacheRead) + writes(counts).all;
  return Math.max(whole(counts.input), parts);
}

/**
 * The cost in whole ticks, rounded once, half up, and at most 2^53 - 1. Each token is counted once, at one rate: input that was
 * neither read from a cache nor written to it at the input's, audio and reasoning within the rest of their totals. A count that
 * wasn't reported is taken for 0.
 * @returns `null` when neither input nor output was reported
 */
export function tokenCost(rates: Rates, counts: TokenCounts): number | null {
  if (counts.input === null && counts.output === null) return null;
  const cacheRead = whole(counts.cacheRead);
  const { all, forAnHour } = writes(counts);
  const fresh = Math.max(0, whole(counts.input) - cacheRead - all);
  const audioInput = Math.min(whole(counts.audioInput), fresh);
  const output = whole(counts.output);
  const reasoning = Math.min(whole(counts.reasoning), output);
  const audioOutput = Math.min(whole(counts.audioOutput), output - reasoning);
  const units =
    rates.input * BigInt(fresh - audioInput) +
    rates.audioInput * BigInt(audioInput) +
    rates.cachedInput * BigInt(cacheRead) +
    rates.cacheWrite * BigInt(all - forAnHour) +
    rates.cacheWrite1h * BigInt(forAnHour) +
    rates.output * BigInt(output - reasoning - audioOutput) +
    rates.audioOutput * BigInt(audioOutput) +
    rates.reasoning * BigInt(reasoning);
  return ticksOf(units);
}

/** What was written to a cache. A split that leaves a remainder has it at the usual rate (contract, section 13). */
function writes(counts: TokenCounts): { readonly all: number; readonly forAnHour: number } {
  const all = counts.cacheWrite === null ? whole(counts.cacheWrite1h) : whole(counts.cacheWrite);
  return { all, forAnHour: Math.min(whole(counts.cacheWrite1h), all) };
}

/** A count that can't be, such as -1 or 0.5, would make `BigInt` throw or a cost negative. */
function whole(count: number | null): number {
  return count !== null && Number.isSafeInteger(count) && count > 0 ? count : 0;
}

function ticksOf(units: bigint): number {
  const ticks = (units + RATE_UNITS_PER_TICK / 2n) / RATE_UNITS_PER_TICK;
  return ticks > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(ticks);
}
