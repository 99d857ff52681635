// Checks the script that makes the price table, with a small source of its own.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const SCRIPT = join(import.meta.dirname, "../../scripts/gen-prices.mjs");
const home = mkdtempSync(join(tmpdir(), "gen-prices-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const M = 1e-6;
const chat = (provider: string, more: object): object => ({ litellm_provider: provider, mode: "chat", ...more });
const SOURCE = {
  sample_spec: chat("one of https://docs.litellm.ai/docs/providers", { input_cost_per_token: 0 }),
  "gpt-b": chat("openai", {
    input_cost_per_token: 2.5 * M,
    output_cost_per_token: 10 * M,
    // As a float this is 0.30000000000000004.
    cache_read_input_token_cost: 0.1 * 3 * M,
    input_cost_per_token_above_272k_tokens: 5 * M,
    output_cost_per_token_above_272k_tokens: 22.5 * M,
    input_cost_per_token_flex: 1.25 * M,
    output_cost_per_token_flex: 5 * M,
    // As much as fresh input: kept, since it is not what a missing price would be worked out to.
    cache_read_input_token_cost_flex: 1.25 * M,
    // Only one of the two: no price.
    input_cost_per_token_priority: 5 * M,
  }),
  "gpt-a": { alias_of: "gpt-b" },
  "gpt-c": chat("openai", {
    input_cost_per_token: 1 * M,
    output_cost_per_token: 2 * M,
    cache_read_input_token_cost: 1 * M,
  }),
  "gpt-free": chat("openai", { input_cost_per_token: 0, output_cost_per_token: 0 }),
  "gpt-half": chat("openai", { input_cost_per_token: 1 * M }),
  "gpt-wrong": chat("openai", { input_cost_per_token: -1, output_cost_per_token: "2" }),
  "gpt-gone": { alias_of: "nothing" },
  embed: { litellm_provider: "openai", mode: "embedding", input_cost_per_token: 0.02 * M },
  image: {
    litellm_provider: "openai",
    mode: "image_generation",
    input_cost_per_token: 5 * M,
    output_cost_per_token: 10 * M,
    output_cost_per_image_token: 40 * M,
    // No price for images in this tier.
    input_cost_per_token_flex: 2.5 * M,
    output_cost_per_token_flex: 5 * M,
  },
  speech: {
    litellm_provider: "openai",
    mode: "audio_speech",
    input_cost_per_token: 1 * M,
    output_cost_per_token: 10 * M,
    output_cost_per_audio_token: 12 * M,
  },
  "by-the-second": { litellm_provider: "openai", mode: "audio_transcription", input_cost_per_second: 1 },
  "a-search": { litellm_provider: "openai", mode: "search", input_cost_per_token: M, output_cost_per_token: M },
  // The own names of a provider count before those of another of its services, whichever comes first.
  "azure_ai/gpt-d": chat("azure_ai", { input_cost_per_token: 8 * M, output_cost_per_token: 8 * M }),
  "azure/gpt-d": chat("azure", { input_cost_per_token: 1 * M, output_cost_per_token: 2 * M }),
  "azure/gpt-b": chat("azure", { input_cost_per_token: 1 * M, output_cost_per_token: 2 * M }),
  "azure/eu/gpt-b": chat("azure", { input_cost_per_token: 9 * M, output_cost_per_token: 9 * M }),
  "azure_ai/gpt-b": chat("azure_ai", { input_cost_per_token: 8 * M, output_cost_per_token: 8 * M }),
  "claude-x": chat("anthropic", {
    input_cost_per_token: 3 * M,
    output_cost_per_token: 15 * M,
    cache_creation_input_token_cost: 3.75 * M,
    cache_creation_input_token_cost_above_1hr: 6 * M,
    provider_specific_entry: { us: 1.1, fast: 2 },
  }),
  "deepseek/day": chat("deepseek", {
    input_cost_per_token: 2 * M,
    output_cost_per_token: 4 * M,
    cache_creation_input_token_cost: 0,
    off_peak_pricing: {
      input_cost_per_token: 1 * M,
      output_cost_per_token: 2 * M,
      windows: [
        { hours_utc: ["00:00-01:30", "10:00-00:00"], weekdays: [1, 2] },
        { hours_utc: "00:00-00:00", weekdays: [7] },
      ],
    },
  }),
  "dashscope/steps": chat("dashscope", {
    tiered_pricing: [
      { range: [0, 32_000], input_cost_per_token: 1 * M, output_cost_per_token: 5 * M },
      { range: [32_000, 128_000], input_cost_per_token: 2 * M, output_cost_per_token: 9 * M },
    ],
  }),
  "some/where-else": chat("novita", { input_cost_per_token: 1 * M, output_cost_per_token: 1 * M }),
};

function generate(): { readonly text: string; readonly providers: Readonly<Record<string, unknown>> } {
  const [source, out] = [join(home, "source.json"), join(home, "table.json")];
  writeFileSync(source, JSON.stringify(SOURCE));
  execFileSync(process.execPath, [SCRIPT, source, "--release", "1.2.3", "--date", "2026-01-02", "--out", out]);
  const text = readFileSync(out, "utf8");
  return { text, providers: (JSON.parse(text) as { providers: Record<string, unknown> }).providers };
}

describe("the script that makes the price table", () => {
  it("keeps the prices by token, and no others", () => {
    const { text, providers } = generate();
    expect(providers["openai"]).toEqual([
      [["embed"], { "": [0.02, 0] }],
      [["gpt-a", "gpt-b"], { "": [2.5, 10, 0.3], ">272000": [5, 22.5], flex: [1.25, 5, 1.25] }],
      [["gpt-c"], { "": [1, 2] }],
      [["image"], { "": [5, 40, null, null, null, null, null, 10], flex: [2.5, 40, null, null, null, null, null, 5] }],
      [["speech"], { "": [1, 12] }],
    ]);
    expect(providers["azure"]).toEqual([[["gpt-b", "gpt-d"], { "": [1, 2] }]]);
    expect(providers["anthropic"]).toEqual([
      [["claude-x"], { "": [3, 15, null, 3.75, 6], fast: [6, 30, null, 7.5, 12] }],
    ]);
    expect(providers["deepseek"]).toEqual([
      [
        ["day"],
        { "": [2, 4], "off-peak": [1, 2] },
        [
          [
            [1, 2],
            [
              [0, 90],
              [600, 1440],
            ],
          ],
          [[7], [[0, 1440]]],
        ],
      ],
    ]);
    expect(providers["dashscope"]).toEqual([[["steps"], { "": [1, 5], ">32000": [2, 9] }]]);
    expect(text).not.toContain("where-else");
    expect(JSON.parse(text)).toMatchObject({ release: "1.2.3", date: "2026-01-02" });
  });

  it("gives the same bytes for the same source", () => {
    expect(generate().text).toBe(generate().text);
  });

  it.each([[[]], [["a.json"]], [["a.json", "--release", "1", "--date", "today"]]])(
    "says how it is used: %j",
    (args) => {
      const { status, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { encoding: "utf8" });
      expect([status, stderr]).toEqual([2, expect.stringContaining("usage: node scripts/gen-prices.mjs")]);
    },
  );
});
