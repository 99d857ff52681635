// Reads the usage of APIs that report it once, in plain counts: Ollama, Cohere, and Converse of Bedrock.

import { NO_COUNTS, type TokenCounts } from "../usage-report.ts";
import type { FormReader } from "./form-reader.ts";
import { countIn, membersOf, objectIn, sumOf, type Told, tellsAny } from "./token-count.ts";
import type { ToldEvent } from "./usage-form.ts";

/** Builds the reader of an API that reports its usage once, at the end. */
function onceReader(countsIn: (event: ToldEvent) => TokenCounts): FormReader {
  let counts = NO_COUNTS;
  return {
    take(event) {
      const told = countsIn(event);
      if (!tellsAny(told)) return false;
      counts = told;
      return true;
    },
    counts: () => counts,
    isFinal: () => tellsAny(counts),
    isWhole: () => tellsAny(counts),
    serviceTier: () => undefined,
  };
}

/** Ollama's own API: the last line has the usage. The prompt can be missing where it was cached. */
export function ollamaReader(): FormReader {
  return onceReader(({ data }) => ({
    ...NO_COUNTS,
    input: countIn(data["prompt_eval_count"]),
    output: countIn(data["eval_count"]),
  }));
}

/** Cohere's `usage` or `meta`: what is billed differs from the tokens of the model, and counts. */
export function cohereReader(): FormReader {
  return onceReader((event) => {
    const billed = cohereBilled(event) ?? {};
    return { ...NO_COUNTS, input: countIn(billed["input_tokens"]), output: countIn(billed["output_tokens"]) };
  });
}

/** The billed units, wherever an event of Cohere has them. */
export function cohereBilled({ data }: ToldEvent): Told | undefined {
  const places = [data["usage"], membersOf(data["delta"])["usage"], data["meta"]];
  return places.map((place) => objectIn(membersOf(place)["billed_units"])).find((billed) => billed !== undefined);
}

/** Converse of Bedrock as JSON. Its input excludes what was read from or written to a cache. */
export function converseReader(): FormReader {
  return onceReader(({ data }) => {
    const usage = membersOf(data["usage"]);
    const cacheRead = countIn(usage["cacheReadInputTokens"]);
    const cacheWrite = countIn(usage["cacheWriteInputTokens"]);
    return {
      ...NO_COUNTS,
      input: sumOf(countIn(usage["inputTokens"]), cacheRead, cacheWrite),
      cacheRead,
      cacheWrite,
      cacheWrite1h: writtenForAnHour(usage["cacheDetails"]),
      output: countIn(usage["outputTokens"]),
    };
  });
}

function writtenForAnHour(details: unknown): number | null {
  if (!Array.isArray(details)) return null;
  const long = details.map(membersOf).filter((detail) => detail["ttl"] === "1h");
  return sumOf(...long.map((detail) => countIn(detail["inputTokens"])));
}
