// Checks the meaning of the numbers of each API: whole responses, and the reports that they must give.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UsageForm } from "../../src/plan/usage.ts";
import { createAccumulator, KEPT, needlesOf } from "../../src/runtime/usage/forms/index.ts";
import { areSound } from "../../src/runtime/usage/forms/token-count.ts";
import { corpusBytes, corpusCases, readCorpus } from "./read-corpus.ts";
import { tapCorpus } from "./tap-corpus.ts";

const cases = corpusCases();
const FORMS: readonly UsageForm[] = ["auto", "openai", "anthropic", "gemini", "ollama"];
const README = readFileSync(join(import.meta.dirname, "corpus", "README.md"), "utf8");

describe("the corpus", () => {
  it.each(cases)("$file: $about", (shown) => {
    expect(readCorpus(shown)).toEqual(shown.report);
  });

  it.each(cases)("$file is read by the gateway as by plain code", async (shown) => {
    expect(await tapCorpus(shown)).toEqual(shown.report);
  });

  it("shows each class of bugs, or says where it is shown", () => {
    const shown = new Set(cases.flatMap(({ classes }) => classes));
    const elsewhere = [...README.matchAll(/^\| (M\d+) \|.*\|$/gm)].map((match) => match[1] ?? "");
    const all = Array.from({ length: 24 }, (_, i) => `M${i + 1}`);
    expect(all.filter((bug) => !shown.has(bug) && !elsewhere.includes(bug))).toEqual([]);
    expect(elsewhere.filter((bug) => shown.has(bug))).toEqual([]);
  });

  it("reports usage only in events that a needle finds", () => {
    for (const { file, form, report } of cases) {
      const isTold = report.known !== "unknown";
      const found = needlesOf(form).some((needle) => corpusBytes(file).includes(needle));
      if (isTold) expect({ file, found }).toEqual({ file, found: true });
    }
  });
});

/** The form that a file of the corpus is in, by its name. */
const FORM_OF: readonly [start: RegExp, form: UsageForm][] = [
  [/^anthropic/, "anthropic"],
  [/^gemini/, "gemini"],
  [/^ollama/, "ollama"],
  [/^(openai|azure|voyage|groq|deepseek|xai|openrouter|vllm|mistral|moonshot|llama-cpp)/, "openai"],
];

describe("a form that is set", () => {
  const told = cases.filter(({ form }) => form === "auto");
  const withForm = told.flatMap((shown) =>
    FORM_OF.filter(([start]) => start.test(shown.file)).map(([, form]) => ({ ...shown, form })),
  );

  it.each(withForm)("reads $file as $form as it is read without", (shown) => {
    expect(readCorpus(shown)).toEqual(shown.report);
  });
});

/** Names that mean something, and values that are odd in their place. */
const name = fc.constantFrom(
  ...namesOf(KEPT),
  "prompt_tokens",
  "completion_tokens",
  "total_tokens",
  "input_tokens",
  "output_tokens",
  "cache_read_input_tokens",
  "cache_creation_input_tokens",
  "cache_creation",
  "ephemeral_1h_input_tokens",
  "prompt_tokens_details",
  "completion_tokens_details",
  "cached_tokens",
  "reasoning_tokens",
  "iterations",
  "promptTokenCount",
  "thoughtsTokenCount",
  "candidatesTokenCount",
  "promptTokensDetails",
  "tokenCount",
  "inputTokens",
  "billed_units",
  "cost",
  "cost_in_usd_ticks",
);
const leaf = fc.oneof(
  fc.nat(300),
  fc.constantFrom(
    null,
    true,
    0,
    -0,
    -1,
    0.5,
    2 ** 53 - 1,
    2 ** 53,
    1e308,
    Number.NaN,
    "12",
    "message",
    "message_delta",
    "compaction",
  ),
  fc.string(),
);
const { value } = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof({ maxDepth: 5 }, leaf, tie("object"), tie("object"), fc.array(tie("object"), { maxLength: 3 })),
  object: fc.dictionary(name, tie("value"), { maxKeys: 6 }),
}));
const event = fc.record({
  name: fc.option(fc.constantFrom("message_start", "message_delta", "response.completed", "x"), { nil: undefined }),
  data: fc.dictionary(name, value, { maxKeys: 8 }),
});

describe("any members", () => {
  it("make no accumulator throw, nor tell counts that can't be", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FORMS),
        fc.boolean(),
        fc.boolean(),
        fc.array(event, { maxLength: 6 }),
        (form, isStream, complete, events) => {
          const accumulator = createAccumulator(form, isStream);
          for (const one of events) accumulator.take(one);
          const report = accumulator.result(complete);
          expect(areSound(report.counts)).toBe(true);
          const { ownCostTicks, counts } = report;
          expect(ownCostTicks === undefined || (Number.isSafeInteger(ownCostTicks) && ownCostTicks >= 0)).toBe(true);
          expect((counts.reasoning ?? 0) <= (counts.output ?? Number.POSITIVE_INFINITY)).toBe(true);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

function namesOf(members: object): string[] {
  return Object.entries(members).flatMap(([key, inner]) => [key, ...(typeof inner === "object" ? namesOf(inner) : [])]);
}
