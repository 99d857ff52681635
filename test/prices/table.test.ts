// Checks the price table that ships: its form, what it says of its source, and that its figures can be.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPriceList } from "../../src/prices/price-list.ts";
import { priceTable } from "../../src/prices/price-table.ts";
import { of } from "./counts.ts";

type Rows = Readonly<Record<string, readonly (number | null)[]>>;
interface TableFile {
  readonly source: string;
  readonly release: string;
  readonly date: string;
  readonly columns: readonly string[];
  readonly providers: Readonly<Record<string, readonly (readonly [readonly string[], Rows])[]>>;
}

const FOLDER = join(import.meta.dirname, "../../prices");
const text = readFileSync(join(FOLDER, "table.json"), "utf8");
const file = JSON.parse(text) as TableFile;
const models = Object.entries(file.providers).flatMap(([provider, groups]) =>
  groups.flatMap(([names, rows]) => names.map((name) => ({ provider, name, rows }))),
);

const usd = { type: "number", minimum: 0, maximum: 1000 };
const SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["source", "licence", "release", "date", "unit", "columns", "providers"],
  properties: {
    source: { type: "string", pattern: "^LiteLLM" },
    licence: { type: "string", pattern: "^MIT" },
    release: { type: "string", pattern: "^\\d+(\\.\\d+)+$" },
    date: { type: "string", pattern: "^20\\d\\d-[01]\\d-[0-3]\\d$" },
    unit: { const: "USD per million tokens" },
    columns: {
      const: ["input", "output", "cachedInput", "cacheWrite", "cacheWrite1h", "audioInput", "audioOutput", "reasoning"],
    },
    providers: {
      type: "object",
      additionalProperties: {
        type: "array",
        minItems: 1,
        items: {
          type: "array",
          minItems: 2,
          maxItems: 3,
          items: [
            { type: "array", minItems: 1, items: { type: "string", minLength: 1, maxLength: 200 } },
            {
              type: "object",
              required: [""],
              additionalProperties: false,
              patternProperties: {
                "^(batch|flex|priority|fast|off-peak)?(>[1-9]\\d+)?$": {
                  type: "array",
                  minItems: 2,
                  maxItems: 8,
                  items: [usd, usd],
                  additionalItems: { anyOf: [usd, { type: "null" }] },
                },
              },
            },
            { type: "array", minItems: 1 },
          ],
        },
      },
    },
  },
};

describe("the price table that ships", () => {
  it("has the form that is read", () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    expect(ajv.validate(SCHEMA, file) ? [] : ajv.errors).toEqual([]);
  });

  it("is small", () => {
    expect(text.length).toBeLessThan(150_000);
  });

  it("names each model of a provider once", () => {
    const names = models.map(({ provider, name }) => `${provider} ${name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it("comes with its licence, and its release and date stand in the README beside it", () => {
    const readme = readFileSync(join(FOLDER, "README.md"), "utf8").replaceAll(/\s+/g, " ");
    expect(readme).toContain(`release ${file.release}, taken on ${file.date}`);
    const licence = readFileSync(join(FOLDER, "LICENSE.txt"), "utf8");
    expect(licence).toMatch(/LiteLLM[\s\S]*MIT License[\s\S]*Copyright \(c\) 2023 Berri AI[\s\S]*Permission is hereby/);
    expect(priceTable().date).toBe(file.date);
  });

  it("has no tier for long requests that is cheaper, and no cached input that is dearer, than the usual", () => {
    const wrong = models.flatMap(({ provider, name, rows }) => {
      const [input = 0, output = 0, cached = null] = rows[""] ?? [];
      const long = Object.entries(rows).filter(([key]) => key.startsWith(">"));
      const cheaper = long.filter(([, row]) => (row[0] ?? 0) < (input ?? 0) || (row[1] ?? 0) < (output ?? 0));
      return [
        ...cheaper.map(([key]) => `${provider} ${name} ${key}`),
        ...(cached !== null && cached > (input ?? 0) ? [`${provider} ${name} cached`] : []),
      ];
    });
    expect(wrong).toEqual([]);
  });

  // Known from elsewhere, so that a mix-up of units or columns shows.
  it.each([
    ["openai", "gpt-4o", [2.5, 10, 1.25]],
    ["openai", "gpt-5.4", [2.5, 15, 0.25]],
    ["anthropic", "claude-sonnet-4-6", [3, 15, 0.3, 3.75, 6]],
    ["anthropic", "claude-haiku-4-5", [1, 5, 0.1, 1.25, 2]],
    ["gemini", "gemini-2.5-pro", [1.25, 10, 0.125]],
    ["deepseek", "deepseek-v4-pro", [1.32, 3.96, 0.044]],
    ["xai", "grok-4.5", [2, 6, 0.3]],
  ])("knows %s %s", (provider, name, row) => {
    expect(models.find((one) => one.provider === provider && one.name === name)?.rows[""]).toEqual(row);
  });

  it("makes costs that are whole and grow with the tokens, for every model", () => {
    const list = createPriceList([]);
    const tokens = fc.oneof(fc.nat(1000), fc.nat(1_000_000), fc.integer({ min: 199_990, max: 272_010 }));
    fc.assert(
      fc.property(fc.constantFrom(...models), tokens, tokens, fc.nat(100_000), ({ name }, input, output, more) => {
        const costs = [
          list.estimate(of(name), input, output),
          list.estimate(of(name), input + more, output),
          list.estimate(of(name), input + more, output + more),
        ];
        if (costs[0] === undefined) return;
        expect(costs.every(Number.isSafeInteger)).toBe(true);
        expect(costs).toEqual([...costs].sort((a, b) => (a ?? 0) - (b ?? 0)));
      }),
      { numRuns: 2000 },
    );
  });
});
