// Compares the numbers that are read from whole responses with those of @pydantic/genai-prices, which knows many providers.

import { extractUsage, findProvider } from "@pydantic/genai-prices";
import { describe, expect, it } from "vitest";
import type { TokenCounts } from "../../src/runtime/usage/usage-report.ts";
import { type CorpusCase, corpusBytes, corpusCases, readCorpus } from "./read-corpus.ts";

/** The provider and the flavor by which the other reads a file. The first that fits counts. */
const READ_AS: readonly [file: RegExp, provider: string, flavor: string][] = [
  [/^openai-responses/, "openai", "responses"],
  [/^openai-images/, "openai", "images"],
  [/^openai-embeddings/, "openai", "embeddings"],
  [/^openai-(chat|completions)/, "openai", "chat"],
  [/^xai-responses/, "openai", "responses"],
  [/^xai/, "x-ai", "chat"],
  [/^openrouter/, "openrouter", "chat"],
  [/^deepseek/, "deepseek", "chat"],
  [/^mistral/, "mistral", "default"],
  [/^moonshot/, "moonshotai", "chat"],
  [/^anthropic/, "anthropic", "default"],
  [/^gemini/, "google", "default"],
  [/^cohere-embed/, "cohere", "embeddings"],
  [/^cohere/, "cohere", "default"],
  [/^bedrock/, "aws", "default"],
];

/** The counts that both have, by the name of the other. */
const NAMES: Readonly<Record<string, keyof TokenCounts>> = {
  input_tokens: "input",
  cache_read_tokens: "cacheRead",
  cache_write_tokens: "cacheWrite",
  cache_write_1h_tokens: "cacheWrite1h",
  output_tokens: "output",
  output_reasoning_tokens: "reasoning",
  input_audio_tokens: "audioInput",
  output_audio_tokens: "audioOutput",
};

type Numbers = Readonly<Record<string, number | null>>;

/** The counts in which the other differs, and why ours are kept. */
const DIFFERENCES: Readonly<Record<string, { readonly theirs: Numbers; readonly why: string }>> = {
  "anthropic-advisor.json": {
    theirs: { input_tokens: 412, output_tokens: 531 },
    why: "It does not look at iterations. Those of an advisor are billed besides.",
  },
  "anthropic-compaction.json": {
    theirs: { input_tokens: 23000, output_tokens: 1000 },
    why: "It does not look at iterations. A compaction is billed besides.",
  },
  "anthropic-cache-split-alone.json": {
    theirs: { input_tokens: 10, cache_write_tokens: null },
    why: "It takes the sum of what was written from its own member only, and leaves it out of the input without that.",
  },
  "bedrock-converse.json": {
    theirs: { cache_write_1h_tokens: null },
    why: "It does not know the details by time.",
  },
  "deepseek.json": {
    theirs: { cache_read_tokens: null },
    why: "It reads OpenAI's name of the cached part only. DeepSeek's older one is prompt_cache_hit_tokens.",
  },
  "gemini-response-count.json": {
    theirs: { output_tokens: null },
    why: "It does not know responseTokenCount.",
  },
  "gemini-thoughts-inside.json": {
    theirs: { output_tokens: 1008 },
    why: "It adds thoughts always. Here the total says that they are inside.",
  },
  "moonshot.json": {
    theirs: { cache_read_tokens: null },
    why: "It reads OpenAI's name of the cached part only.",
  },
  "openai-chat-odd-reasoning.json": {
    theirs: { output_reasoning_tokens: 131 },
    why: "It does not mind a part that is larger than its total.",
  },
  "openai-responses-cache-times.json": {
    theirs: { cache_write_1h_tokens: null },
    why: "It does not know the details by time.",
  },
  "openai-responses-cache-times-alone.json": {
    theirs: { cache_write_tokens: null, cache_write_1h_tokens: null },
    why: "It does not know the details by time.",
  },
  "xai.json": {
    theirs: { input_audio_tokens: null },
    why: "With xAI it does not look at audio in the prompt.",
  },
  "xai-no-total.json": {
    theirs: { input_audio_tokens: null },
    why: "With xAI it does not look at audio in the prompt.",
  },
  "xai-inside.json": {
    theirs: { input_audio_tokens: null, output_tokens: 197 },
    why: "It adds the reasoning of xAI always. Here the total says that it is inside.",
  },
};

const compared = corpusCases().flatMap((shown) => {
  const readAs = READ_AS.find(([file]) => file.test(shown.file));
  const isCompared = shown.file.endsWith(".json") && !shown.file.endsWith(".array.json");
  return isCompared && readAs !== undefined && shown.report.known === "reported" ? [{ shown, readAs }] : [];
});

describe("another reader of usage", () => {
  it.each(compared)("agrees on $shown.file, but for differences that are explained", ({ shown, readAs }) => {
    const [, providerId, flavor] = readAs;
    const theirs = theirNumbers(shown, providerId, flavor);
    const ours: TokenCounts = readCorpus(shown).counts;
    const differing = Object.entries(NAMES).filter(([name, our]) => theirs[name] !== ours[our]);
    expect(Object.fromEntries(differing.map(([name]) => [name, theirs[name]]))).toEqual(
      DIFFERENCES[shown.file]?.theirs ?? {},
    );
  });

  it("is given many responses, and every difference is one of them", () => {
    expect(compared.length).toBeGreaterThan(35);
    const files = compared.map(({ shown }) => shown.file);
    expect(Object.keys(DIFFERENCES).filter((file) => !files.includes(file))).toEqual([]);
  });
});

function theirNumbers({ file }: CorpusCase, providerId: string, flavor: string): Numbers {
  const provider = findProvider({ providerId });
  if (provider === undefined) throw new Error(`no provider ${providerId}`);
  const { usage } = extractUsage(provider, JSON.parse(corpusBytes(file).toString("utf8")), flavor);
  const told = usage as unknown as Readonly<Record<string, number | undefined>>;
  return Object.fromEntries(Object.keys(NAMES).map((name) => [name, told[name] ?? null]));
}
