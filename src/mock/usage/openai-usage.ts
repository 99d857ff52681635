// Writes usage as OpenAI's APIs do, with what other providers of the same APIs add to it.

import { type Bill, costTicks, spoken, type Told, told, type WrittenUsage } from "./bill.ts";
import type { Quirk } from "./quirks.ts";

type Quirks = ReadonlySet<Quirk>;

/** The `usage` of a chat completion. */
export function chatUsage(bill: Bill, quirks: Quirks): WrittenUsage {
  const hit = bill.cacheRead;
  const usage = {
    prompt_tokens: quirks.has("negative") ? -1 : bill.input,
    completion_tokens: quirks.has("reasoning-apart") ? spoken(bill) : bill.output,
    total_tokens: bill.input + bill.output,
    prompt_tokens_details: cacheCounts(bill),
    completion_tokens_details: { reasoning_tokens: bill.reasoning },
    ...(quirks.has("hit-miss") && { prompt_cache_hit_tokens: hit, prompt_cache_miss_tokens: bill.input - hit }),
    ...cost(bill, quirks),
  };
  return { usage, tells: tells(bill, quirks) };
}

/** The `usage` of a response of the Responses API. */
export function responsesUsage(bill: Bill, quirks: Quirks): WrittenUsage {
  const usage = {
    input_tokens: quirks.has("negative") ? -1 : bill.input,
    input_tokens_details: cacheCounts(bill),
    output_tokens: bill.output,
    output_tokens_details: { reasoning_tokens: bill.reasoning },
    total_tokens: bill.input + bill.output,
    ...cost(bill, quirks),
  };
  return { usage, tells: tells(bill, quirks) };
}

/** The `usage` of a response of the Realtime API. */
export function realtimeUsage(bill: Bill, quirks: Quirks): WrittenUsage {
  const { input, cacheRead, output } = bill;
  const usage = {
    total_tokens: input + output,
    input_tokens: quirks.has("negative") ? -1 : input,
    output_tokens: output,
    input_token_details: { text_tokens: input, audio_tokens: 0, image_tokens: 0, cached_tokens: cacheRead },
    output_token_details: { text_tokens: output, audio_tokens: 0 },
  };
  return { usage, tells: quirks.has("negative") ? undefined : told({ input, cacheRead, output }) };
}

/** The `usage` of embeddings. */
export function embeddingsUsage(bill: Bill, quirks: Quirks): WrittenUsage {
  const prompt_tokens = quirks.has("negative") ? -1 : bill.input;
  const usage = { prompt_tokens, total_tokens: bill.input };
  return { usage, tells: quirks.has("negative") ? undefined : told({ input: bill.input }) };
}

/** The `usage` of a transcription by a model that is billed in tokens: the input is audio. */
export function transcriptionUsage(bill: Bill, quirks: Quirks): WrittenUsage {
  const { input, output } = bill;
  const usage = {
    type: "tokens",
    input_tokens: quirks.has("negative") ? -1 : input,
    input_token_details: { text_tokens: 0, audio_tokens: input },
    output_tokens: output,
    total_tokens: input + output,
  };
  return { usage, tells: quirks.has("negative") ? undefined : told({ input, output }) };
}

function cacheCounts(bill: Bill) {
  return { cached_tokens: bill.cacheRead, ...(bill.cacheWrite > 0 && { cache_write_tokens: bill.cacheWrite }) };
}

function cost(bill: Bill, quirks: Quirks) {
  const ticks = costTicks(bill);
  return {
    ...(quirks.has("cost-ticks") && { cost_in_usd_ticks: ticks }),
    ...(quirks.has("cost") && { cost: ticks / 1e10 }),
  };
}

function tells(bill: Bill, quirks: Quirks): Told | undefined {
  if (quirks.has("negative")) return undefined;
  const { input, cacheRead, cacheWrite, output, reasoning } = bill;
  const written = cacheWrite > 0 ? { cacheWrite } : {};
  const priced = quirks.has("cost-ticks") || quirks.has("cost") ? { costTicks: costTicks(bill) } : {};
  return told({ input, cacheRead, output, reasoning, ...written, ...priced });
}
