// Reads counts of tokens out of JSON values, and tells which counts can be.

import { NO_COUNTS, type TokenCounts } from "../usage-report.ts";

/** A JSON object. */
export type Told = Readonly<Record<string, unknown>>;

const NAMES = Object.keys(NO_COUNTS) as readonly (keyof TokenCounts)[];
const NOTHING: Told = Object.freeze({});

/** The value where it is a JSON object, else `undefined`. */
export function objectIn(value: unknown): Told | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Told) : undefined;
}

/** The value where it is a JSON object, else an object without members. */
export function membersOf(value: unknown): Told {
  return objectIn(value) ?? NOTHING;
}

/**
 * A count. `null`: absent, or null. `NaN`: told, and no count of anything (negative, a fraction, a text, above 2^53 - 1). Sums keep
 * a `NaN`, so that one look at the result finds it (`areSound`).
 */
export function countIn(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  return isCount(value) ? value : Number.NaN;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The sum of what is known. `null` where nothing is. */
export function sumOf(...counts: readonly (number | null)[]): number | null {
  let sum: number | null = null;
  for (const count of counts) if (count !== null) sum = sum === null ? count : sum + count;
  return sum;
}

/** The sums of two usages, count by count. */
export function sumOfCounts(counts: TokenCounts, more: TokenCounts): TokenCounts {
  return {
    input: sumOf(counts.input, more.input),
    cacheRead: sumOf(counts.cacheRead, more.cacheRead),
    cacheWrite: sumOf(counts.cacheWrite, more.cacheWrite),
    cacheWrite1h: sumOf(counts.cacheWrite1h, more.cacheWrite1h),
    output: sumOf(counts.output, more.output),
    reasoning: sumOf(counts.reasoning, more.reasoning),
    audioInput: sumOf(counts.audioInput, more.audioInput),
    audioOutput: sumOf(counts.audioOutput, more.audioOutput),
  };
}

/** The first count that is known. */
export function firstOf(...counts: readonly (number | null)[]): number | null {
  for (const count of counts) if (count !== null) return count;
  return null;
}

/**
 * Whether the counts can be: whole numbers, and no part of a total is larger than the total. `reasoning` may be: what is billed is
 * the total, and some servers count their reasoning with another tokenizer (see `withoutOddReasoning`).
 */
export function areSound(counts: TokenCounts): boolean {
  return (
    NAMES.every((name) => counts[name] === null || isCount(counts[name])) &&
    fits(sumOf(counts.cacheRead, counts.cacheWrite), counts.input) &&
    fits(counts.cacheWrite1h, counts.cacheWrite) &&
    fits(counts.audioInput, counts.input) &&
    fits(counts.audioOutput, counts.output)
  );
}

function fits(part: number | null, total: number | null): boolean {
  return part === null || total === null || part <= total;
}

/** The counts, without a part of the output that is larger than the output. */
export function withoutOddReasoning(counts: TokenCounts): TokenCounts {
  return fits(counts.reasoning, counts.output) ? counts : { ...counts, reasoning: null };
}

/** Whether any count is known. */
export function tellsAny(counts: TokenCounts): boolean {
  return NAMES.some((name) => counts[name] !== null);
}
