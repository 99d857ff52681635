// Writes usage as Gemini and Ollama do.

import { type Bill, spoken, told, type WrittenUsage } from "./bill.ts";
import type { Quirk } from "./quirks.ts";

type Quirks = ReadonlySet<Quirk>;

/** Gemini's `usageMetadata`. It leaves out the cache and the thoughts where there are none. */
export function geminiUsage(bill: Bill, quirks: Quirks): WrittenUsage {
  const { input, cacheRead, output, reasoning } = bill;
  const usage = {
    promptTokenCount: quirks.has("negative") ? -1 : input,
    candidatesTokenCount: quirks.has("thoughts-inside") ? output : spoken(bill),
    totalTokenCount: input + output,
    ...(cacheRead > 0 && { cachedContentTokenCount: cacheRead }),
    promptTokensDetails: [{ modality: "TEXT", tokenCount: input }],
    ...(reasoning > 0 && { thoughtsTokenCount: reasoning }),
  };
  if (quirks.has("negative")) return { usage, tells: undefined };
  const parts = { ...(cacheRead > 0 && { cacheRead }), ...(reasoning > 0 && { reasoning }) };
  return { usage, tells: told({ input, output, ...parts }) };
}

/** The counts in the last line of Ollama's chat and generate. */
export function ollamaUsage(bill: Bill, quirks: Quirks): WrittenUsage {
  const { input, output } = bill;
  const counted = !quirks.has("no-prompt-count");
  const usage = {
    ...(counted && { prompt_eval_count: quirks.has("negative") ? -1 : input }),
    eval_count: quirks.has("negative") && !counted ? -1 : output,
  };
  return { usage, tells: quirks.has("negative") ? undefined : told({ output, ...(counted && { input }) }) };
}
