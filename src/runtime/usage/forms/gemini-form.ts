// Reads the usage of Gemini responses: JSON, an event stream, or a JSON array that comes in pieces.

import { NO_COUNTS, type TokenCounts } from "../usage-report.ts";
import type { FormReader } from "./form-reader.ts";
import { countIn, membersOf, objectIn, sumOf, type Told, tellsAny } from "./token-count.ts";

const TIERS: Readonly<Record<string, string>> = { ON_DEMAND_FLEX: "flex", ON_DEMAND_PRIORITY: "priority" };

/** Builds the reader of a response. Each chunk tells the whole so far: the last one counts. */
export function geminiReader(): FormReader {
  let counts = NO_COUNTS;
  let tier: string | undefined;
  return {
    take({ data }) {
      const usage = objectIn(data["usageMetadata"]);
      const told = usage === undefined ? NO_COUNTS : geminiCounts(usage);
      if (usage === undefined || !tellsAny(told)) return false;
      counts = told;
      tier = geminiTier(usage) ?? tier;
      return true;
    },
    counts: () => counts,
    // No member that is kept tells the last chunk from the others.
    isFinal: () => false,
    isWhole: () => tellsAny(counts),
    serviceTier: () => tier,
  };
}

/**
 * The counts of a `usageMetadata`. The prompt includes what was read from a cache. What tools added to it is billed besides. Counts
 * of 0 are left out by the API.
 */
export function geminiCounts(usage: Told): TokenCounts {
  const prompt = countIn(usage["promptTokenCount"]);
  const fromTools = countIn(usage["toolUsePromptTokenCount"]);
  const answer = countIn(usage["candidatesTokenCount"] ?? usage["responseTokenCount"]);
  const thoughts = countIn(usage["thoughtsTokenCount"]);
  const input = sumOf(prompt, fromTools);
  const total = countIn(usage["totalTokenCount"]);
  return {
    ...NO_COUNTS,
    input,
    cacheRead: countIn(usage["cachedContentTokenCount"]),
    output: isInside(thoughts, answer, total, [prompt, input]) ? answer : sumOf(answer, thoughts),
    reasoning: thoughts,
    audioInput: sumOf(audioIn(usage["promptTokensDetails"]), audioIn(usage["toolUsePromptTokensDetails"])),
    audioOutput: audioIn(usage["candidatesTokensDetails"] ?? usage["responseTokensDetails"]),
  };
}

/** Thoughts are billed besides the answer, except with models that count them inside: the total tells. */
function isInside(
  thoughts: number | null,
  answer: number | null,
  total: number | null,
  inputs: readonly (number | null)[],
): boolean {
  if (thoughts === null || answer === null || total === null || thoughts > answer) return false;
  return inputs.some((input) => (input ?? 0) + answer === total);
}

function audioIn(details: unknown): number | null {
  if (!Array.isArray(details)) return null;
  const audio = details.map(membersOf).filter((detail) => detail["modality"] === "AUDIO");
  return sumOf(...audio.map((detail) => countIn(detail["tokenCount"])));
}

/** The service tier of a `usageMetadata`: Gemini names it, Vertex says it as a kind of traffic. */
export function geminiTier(usage: Told): string | undefined {
  const { serviceTier, trafficType } = usage;
  if (typeof serviceTier === "string") return serviceTier.toLowerCase();
  return typeof trafficType === "string" && Object.hasOwn(TIERS, trafficType) ? TIERS[trafficType] : undefined;
}
