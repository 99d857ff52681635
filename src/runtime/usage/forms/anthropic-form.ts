// Reads the usage of Anthropic messages, and of the many that answer in the same form.

import { NO_COUNTS, type TokenCounts } from "../usage-report.ts";
import type { FormReader } from "./form-reader.ts";
import { countIn, firstOf, membersOf, objectIn, sumOf, sumOfCounts, type Told } from "./token-count.ts";

/** The input: three counts that exclude each other. Their sum is all input. */
interface InputTrio {
  readonly fresh: number | null;
  readonly cacheRead: number | null;
  readonly cacheWrite: number | null;
  /** The part of `cacheWrite` that lives for an hour. What a split does not name lives for 5 minutes. */
  readonly cacheWrite1h: number | null;
}

interface Output {
  readonly output: number | null;
  readonly reasoning: number | null;
}

const NO_INPUT: InputTrio = { fresh: null, cacheRead: null, cacheWrite: null, cacheWrite1h: null };
const NO_OUTPUT: Output = { output: null, reasoning: null };

/** Iterations of these types are not in the counts beside them. All others are. */
const APART: readonly unknown[] = ["compaction", "advisor_message"];

/**
 * Builds the reader of a response: a message, or the events `message_start` and `message_delta`. The counts of a delta are the
 * whole so far: they replace, and are never added. A count that is null or absent keeps the one before it.
 */
export function anthropicReader(isStream: boolean): FormReader {
  let input = NO_INPUT;
  let startsWithInput = false;
  let output = NO_OUTPUT;
  let apart = NO_COUNTS;
  let tier: string | undefined;
  let hasDelta = false;
  let isLast = false;
  return {
    take({ name, data }) {
      const start = objectIn(membersOf(data["message"])["usage"]);
      const usage = start ?? objectIn(data["usage"]);
      if (usage === undefined || !tells(usage)) return false;
      const isDelta = start === undefined && isStream && (data["type"] ?? name) !== "message";
      input = isDelta && startsWithInput ? inputAfterDelta(input, usage) : filled(input, trioIn(usage));
      if (!isDelta) startsWithInput = isPositive(sumOf(input.fresh, input.cacheRead, input.cacheWrite));
      output = outputAfter(output, usage);
      if (Array.isArray(usage["iterations"])) apart = countsApart(usage["iterations"]);
      tier = tierIn(usage) ?? tier;
      hasDelta ||= start === undefined;
      isLast ||= start === undefined && (!isDelta || typeof membersOf(data["delta"])["stop_reason"] === "string");
      return true;
    },
    counts: () => countsOf(input, output, apart),
    isFinal: () => isLast,
    // What the start says of the output is the first token or so. A stream that ends without a delta broke.
    isWhole: () => hasDelta,
    serviceTier: () => tier,
  };
}

function tells(usage: Told): boolean {
  const { fresh, cacheRead, cacheWrite } = trioIn(usage);
  return firstOf(fresh, cacheRead, cacheWrite, countIn(usage["output_tokens"])) !== null;
}

function trioIn(usage: Told): InputTrio {
  const split = membersOf(usage["cache_creation"]);
  const cacheWrite1h = countIn(split["ephemeral_1h_input_tokens"]);
  return {
    fresh: countIn(usage["input_tokens"]),
    cacheRead: countIn(usage["cache_read_input_tokens"]),
    cacheWrite: firstOf(
      countIn(usage["cache_creation_input_tokens"]),
      sumOf(countIn(split["ephemeral_5m_input_tokens"]), cacheWrite1h),
    ),
    cacheWrite1h,
  };
}

/**
 * The input after a delta. Some servers tell the whole prompt as `input_tokens` at the start, and its parts in the delta: a delta
 * with a count of a cache replaces the input. One without keeps it, whatever it says of `input_tokens`. A prompt of no tokens does
 * not exist: such zeros are placeholders.
 */
function inputAfterDelta(before: InputTrio, usage: Told): InputTrio {
  const told = trioIn(usage);
  if (told.cacheRead === null && told.cacheWrite === null) {
    return Number.isNaN(told.fresh) ? { ...before, fresh: told.fresh } : before;
  }
  return sumOf(told.fresh, told.cacheRead, told.cacheWrite) === 0 ? before : filled(before, told);
}

/** What was told, and what was known before where nothing was told. */
function filled(before: InputTrio, told: InputTrio): InputTrio {
  const cacheWrite = told.cacheWrite ?? before.cacheWrite;
  // Deltas tell no split. The one of the start holds as long as it fits.
  const kept = before.cacheWrite1h !== null && before.cacheWrite1h <= (cacheWrite ?? 0) ? before.cacheWrite1h : null;
  return {
    fresh: told.fresh ?? before.fresh,
    cacheRead: told.cacheRead ?? before.cacheRead,
    cacheWrite,
    cacheWrite1h: told.cacheWrite1h ?? kept,
  };
}

/** `output_tokens` is all billed output, thinking included. */
function outputAfter(before: Output, usage: Told): Output {
  const details = membersOf(usage["output_tokens_details"]);
  return {
    output: firstOf(countIn(usage["output_tokens"]), before.output),
    reasoning: firstOf(countIn(details["thinking_tokens"]), before.reasoning),
  };
}

function countsApart(iterations: readonly unknown[]): TokenCounts {
  return iterations
    .map(membersOf)
    .reduce<TokenCounts>(
      (sum, iteration) =>
        APART.includes(iteration["type"])
          ? sumOfCounts(sum, countsOf(trioIn(iteration), outputAfter(NO_OUTPUT, iteration)))
          : sum,
      NO_COUNTS,
    );
}

function countsOf(trio: InputTrio, { output, reasoning }: Output, apart: TokenCounts = NO_COUNTS): TokenCounts {
  const { fresh, cacheRead, cacheWrite, cacheWrite1h } = trio;
  const input = sumOf(fresh, cacheRead, cacheWrite);
  return sumOfCounts({ ...NO_COUNTS, input, cacheRead, cacheWrite, cacheWrite1h, output, reasoning }, apart);
}

/** The fast mode has a price of its own, as tiers have. */
function tierIn(usage: Told): string | undefined {
  if (usage["speed"] === "fast") return "fast";
  return typeof usage["service_tier"] === "string" ? usage["service_tier"] : undefined;
}

function isPositive(count: number | null): boolean {
  return count !== null && !(count <= 0);
}
