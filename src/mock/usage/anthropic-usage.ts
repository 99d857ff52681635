// Writes usage as Anthropic's messages do: whole in a message and in message_start, and again, partly, in message_delta.

import { type Bill, type Told, told, type WrittenUsage } from "./bill.ts";
import type { Quirk } from "./quirks.ts";

type Quirks = ReadonlySet<Quirk>;

/** The `usage` of a message. */
export function messageUsage(bill: Bill, quirks: Quirks): WrittenUsage {
  const { cacheWrite, cacheWrite1h } = bill;
  const usage = {
    ...inputCounts(bill, quirks),
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite - cacheWrite1h,
      ephemeral_1h_input_tokens: cacheWrite1h,
    },
    ...outputCounts(bill),
    service_tier: "standard",
  };
  return { usage, tells: tells(bill, quirks, { cacheWrite1h }) };
}

/** The `usage` in message_start. One token of output is there before the first word. */
export function startUsage(bill: Bill, quirks: Quirks): WrittenUsage {
  const first = { ...bill, output: 1, reasoning: 0 };
  if (!quirks.has("cache-in-delta")) return messageUsage(first, quirks);
  const usage = { input_tokens: quirks.has("negative") ? -1 : bill.input, output_tokens: 1 };
  return { usage, tells: quirks.has("negative") ? undefined : told({ input: bill.input, output: 1 }) };
}

/** The `usage` in message_delta. Its numbers are those of the whole message so far. */
export function deltaUsage(bill: Bill, quirks: Quirks): WrittenUsage {
  const { cacheWrite1h } = bill;
  const usage = { ...inputCountsOfDelta(bill, quirks), ...outputCounts(bill) };
  // Where message_start had no split of the cache writes, nothing has told it.
  return { usage, tells: tells(bill, quirks, quirks.has("cache-in-delta") ? {} : { cacheWrite1h }) };
}

function inputCountsOfDelta(bill: Bill, quirks: Quirks): object {
  if (quirks.has("delta-full") || quirks.has("cache-in-delta")) return inputCounts(bill, quirks);
  if (quirks.has("delta-null")) {
    return { input_tokens: null, cache_creation_input_tokens: null, cache_read_input_tokens: null };
  }
  return quirks.has("delta-zero") ? { input_tokens: 0 } : {};
}

/** Anthropic's `input_tokens` is what neither came from the cache nor went into it. */
function inputCounts({ input, cacheRead, cacheWrite }: Bill, quirks: Quirks) {
  return {
    input_tokens: quirks.has("negative") ? -1 : input - cacheRead - cacheWrite,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
  };
}

function outputCounts({ output, reasoning }: Bill) {
  return { output_tokens: output, ...(reasoning > 0 && { output_tokens_details: { thinking_tokens: reasoning } }) };
}

function tells(bill: Bill, quirks: Quirks, split: Partial<Told>): Told | undefined {
  if (quirks.has("negative")) return undefined;
  const { input, cacheRead, cacheWrite, output, reasoning } = bill;
  return told({ input, cacheRead, cacheWrite, output, ...(reasoning > 0 && { reasoning }), ...split });
}
