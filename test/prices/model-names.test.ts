// Checks under which name, and at which provider, a model is found in the price table.

import { describe, expect, it } from "vitest";
import { findPrice, nameInTable } from "../../src/prices/find-price.ts";
import { createPriceList, isPriced } from "../../src/prices/price-list.ts";
import { priceTable } from "../../src/prices/price-table.ts";
import { of, used } from "./counts.ts";

const MILLION = used({ input: 1_000_000, output: 0 });

describe("finding a model", () => {
  it.each<[model: string, host: string | undefined, provider: string, name: string]>([
    ["gpt-5", "api.openai.com", "openai", "gpt-5"],
    ["gpt-5", "API.OpenAI.com.", "openai", "gpt-5"],
    ["gpt-5", "eu.api.openai.com", "openai", "gpt-5"],
    ["gpt-4o-2024-08-06", "api.openai.com", "openai", "gpt-4o-2024-08-06"],
    ["gpt-5.4-2026-12-24", "api.openai.com", "openai", "gpt-5.4"],
    ["ft:gpt-4o-2024-08-06:acme::abc123", "api.openai.com", "openai", "ft:gpt-4o-2024-08-06"],
    ["gpt-4.1", "acme.openai.azure.com", "azure", "gpt-4.1"],
    ["claude-sonnet-4-5-20250929", "api.anthropic.com", "anthropic", "claude-sonnet-4-5-20250929"],
    ["claude-sonnet-5-20260601", "api.anthropic.com", "anthropic", "claude-sonnet-5"],
    ["claude-opus-5-latest", "api.anthropic.com", "anthropic", "claude-opus-5"],
    ["claude-opus-latest", "api.anthropic.com", "anthropic", "claude-opus-5-5"],
    ["models/gemini-2.5-pro", "generativelanguage.googleapis.com", "gemini", "gemini-2.5-pro"],
    ["gemini-2.5-flash-001", "generativelanguage.googleapis.com", "gemini", "gemini-2.5-flash"],
    ["google/gemini-2.5-pro", "us-central1-aiplatform.googleapis.com", "vertex", "gemini-2.5-pro"],
    ["publishers/google/models/gemini-2.5-pro", "aiplatform.googleapis.com", "vertex", "gemini-2.5-pro"],
    ["claude-opus-5@default", "us-east5-aiplatform.googleapis.com", "vertex", "claude-opus-5"],
    ["openai/gpt-5", "openrouter.ai", "openai", "gpt-5"],
    ["anthropic/claude-opus-4.5", "openrouter.ai", "anthropic", "claude-opus-4-5"],
    ["openai/gpt-oss-120b", "api.groq.com", "groq", "openai/gpt-oss-120b"],
    ["openai.gpt-5.4", "bedrock-runtime.us-east-1.amazonaws.com", "bedrock", "openai.gpt-5.4"],
    ["claude-opus-5", undefined, "anthropic", "claude-opus-5"],
    ["openai/gpt-5", "litellm.internal", "openai", "gpt-5"],
    ["grok-4.5", "127.0.0.1", "xai", "grok-4.5"],
  ])("finds %s at %s: %s %s", (model, host, provider, name) => {
    const expected = priceTable().providers.get(provider)?.price(name);
    expect(expected).toBeDefined();
    expect(findPrice(model, host)?.(1000, undefined, undefined)).toEqual(expected?.(1000, undefined, undefined));
  });

  it.each<[model: string, host: string | undefined, why: string]>([
    ["gpt-5-codex-x", "api.openai.com", "only begins like one"],
    ["xgpt-5", "api.openai.com", "only ends like one"],
    ["GPT-5", "api.openai.com", "case counts"],
    ["gpt-5-2026", "api.openai.com", "no date"],
    ["gpt-5-2026-99-99", "api.openai.com", "no date"],
    ["gpt-5-20260101-x", "api.openai.com", "no date at the end"],
    ["claude-opus-5", "api.openai.com", "of another provider"],
    ["openai/gpt-5", "api.openai.com", "not a name there"],
    ["gpt-5", "openrouter.ai", "not a name there"],
    ["deepseek/deepseek-v4-pro:free", "openrouter.ai", "a variant"],
    ["openai/gpt-oss-120b", "127.0.0.1", "an open model, by whoever serves it"],
    ["gpt-5", "integrate.api.nvidia.com", "a seller without prices here"],
    ["gpt-5", "openai.azure.com.evil.example", "found, as at any unknown host"],
    ["constructor", undefined, "no name"],
    ["__proto__", "api.openai.com", "no name"],
    ["", undefined, "no name"],
    [`gpt-5${"-".repeat(100_000)}`, undefined, "too long"],
  ])("does not find %.40s at %s: %s", (model, host, why) => {
    expect(isPriced(model, host)).toBe(why.startsWith("found"));
  });

  it("prices a model as its host does", () => {
    const list = createPriceList([]);
    const at = (host: string): number | null => list.cost(of("gpt-4-turbo", { host }), MILLION).ticks;
    expect(["api.openai.com", "acme.openai.azure.com", "ACME.OpenAI.Azure.com."].map(at)).toEqual([
      10e10, 11e10, 11e10,
    ]);
  });
});

describe("the label of a model", () => {
  const list = createPriceList([
    { pattern: "our-model", prices: { input: 1, output: 1, cachedInput: 1, cacheWrite: 1, cacheWrite1h: 1 } },
    { pattern: "family-*", prices: { input: 1, output: 1, cachedInput: 1, cacheWrite: 1, cacheWrite1h: 1 } },
  ]);

  it.each([
    ["gpt-5", "gpt-5"],
    ["gpt-4o-2024-08-06", "gpt-4o-2024-08-06"],
    ["gpt-5-2031-01-01", "gpt-5"],
    ["models/gemini-2.5-pro", "gemini-2.5-pro"],
    ["openai/gpt-5", "gpt-5"],
    ["openai/gpt-oss-120b", "openai/gpt-oss-120b"],
    ["our-model", "our-model"],
    ["family-a", "other"],
    ["family-*", "other"],
    ["whatever", "other"],
    [undefined, "other"],
  ])("of %s is %s", (model, label) => {
    expect(list.label(model)).toBe(label);
  });

  it("is a name of the table or of the config, whatever clients send", () => {
    const known = new Set(["other", "our-model"]);
    const models = [...Array(3000).keys()].flatMap((n) => {
      const day = `20${10 + (n % 80)}-0${1 + (n % 9)}-1${n % 10}`;
      return [`gpt-5-${day}`, `family-${n}`, `ft:gpt-4o-2024-08-06:o:${n}`, `gemini-2.5-pro-${100 + (n % 900)}`];
    });
    for (const model of models) {
      const label = list.label(model);
      if (known.has(label)) continue;
      expect(nameInTable(label)).toBe(label);
      known.add(label);
    }
    expect([...known].sort()).toEqual(["ft:gpt-4o-2024-08-06", "gemini-2.5-pro", "gpt-5", "other", "our-model"]);
  });
});
