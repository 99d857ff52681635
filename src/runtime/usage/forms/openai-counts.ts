// Says what the numbers of an OpenAI `usage` mean: chat, completions, embeddings, responses, images, transcriptions, and what
// compatible providers add or tell otherwise.

import type { TokenCounts } from "../usage-report.ts";
import { countIn, firstOf, membersOf, sumOf, type Told } from "./token-count.ts";

/**
 * The counts of a `usage`. Cached and written input is inside the input, reasoning inside the output. Chat says `prompt_tokens` and
 * `completion_tokens`, the newer APIs say `input_tokens` and `output_tokens`.
 */
export function openAiCounts(usage: Told): TokenCounts {
  const inputDetails = membersOf(
    usage["prompt_tokens_details"] ?? usage["input_tokens_details"] ?? usage["input_token_details"],
  );
  const outputDetails = membersOf(
    usage["completion_tokens_details"] ?? usage["output_tokens_details"] ?? usage["output_token_details"],
  );
  const hit = countIn(usage["prompt_cache_hit_tokens"]);
  const output = countIn(usage["completion_tokens"] ?? usage["output_tokens"]);
  const total = countIn(usage["total_tokens"]);
  const told = firstOf(
    countIn(usage["prompt_tokens"] ?? usage["input_tokens"]),
    sumOf(hit, countIn(usage["prompt_cache_miss_tokens"])),
  );
  // Embeddings and rerankings of some providers tell a total alone: it is all input.
  const input = told === null && output === null ? total : told;
  const reasoning = countIn(outputDetails["reasoning_tokens"]);
  return {
    input,
    // Moonshot says `cached_tokens` beside the counts, DeepSeek says how many tokens of the prompt hit the cache.
    cacheRead: firstOf(countIn(inputDetails["cached_tokens"]), hit, countIn(usage["cached_tokens"])),
    ...cacheWrites(inputDetails),
    output: isApart(usage, { input, output, reasoning, total }) ? sumOf(output, reasoning) : output,
    reasoning,
    audioInput: countIn(inputDetails["audio_tokens"]),
    audioOutput: countIn(outputDetails["audio_tokens"]),
  };
}

/** What was written to a cache. A cache that lives for 12 hours has the price of those that live for an hour or longer. */
function cacheWrites(inputDetails: Told): Pick<TokenCounts, "cacheWrite" | "cacheWrite1h"> {
  const byTime = membersOf(inputDetails["cache_write_tokens_details"]);
  const cacheWrite1h = countIn(byTime["ttl_12h_tokens"]);
  const parts = sumOf(countIn(byTime["ttl_30m_tokens"]), cacheWrite1h);
  return { cacheWrite: firstOf(countIn(inputDetails["cache_write_tokens"]), parts), cacheWrite1h };
}

interface ToldTotals {
  readonly input: number | null;
  readonly output: number | null;
  readonly reasoning: number | null;
  readonly total: number | null;
}

/**
 * Whether the reasoning is billed besides the told output. It is inside with OpenAI and most others. With the chat API of xAI, and
 * with some that translate Gemini, it is apart. The total tells: it is the sum of the three then. Where there is no total, members
 * that only xAI has tell it, and so does reasoning that can't be inside since it is more than the output.
 */
function isApart(usage: Told, { input, output, reasoning, total }: ToldTotals): boolean {
  if (reasoning === null || reasoning === 0 || output === null) return false;
  if (total !== null) return total === (input ?? 0) + output + reasoning;
  const isChat = usage["completion_tokens"] !== undefined;
  return (
    isChat &&
    (usage["num_sources_used"] !== undefined || usage["cost_in_usd_ticks"] !== undefined || reasoning > output)
  );
}
