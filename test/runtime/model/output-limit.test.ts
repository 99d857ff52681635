// Checks that the output limit of a request is read from its JSON body, at the right depth and no other.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { outputLimit } from "../../../src/runtime/model/output-limit.ts";
import { estimateTokens } from "../../../src/runtime/model/token-estimate.ts";
import { cutBody, cuts, usualChunkings } from "./chunkings.ts";

describe("the output limit of a body", () => {
  it.each<[string, number | undefined]>([
    ['{"model":"m","max_tokens":100}', 100],
    ['{"max_completion_tokens":7,"messages":[{"content":"x"}]}', 7],
    ['{"max_output_tokens" : 8 , "input":"x"}', 8],
    ['{"generationConfig":{"maxOutputTokens":9,"x":[1]}}', 9],
    ['{"generation_config":{"max_output_tokens":10}}', 10],
    ['{"contents":[{"parts":[{"text":"}]\\"{"}]}],"generationConfig":{"temperature":0,"maxOutputTokens":11}}', 11],
    ['\ufeff\n{"max_tokens":12}', 12],
    // The largest counts.
    ['{"max_tokens":5,"max_completion_tokens":50}', 50],
    ['{"max_completion_tokens":50,"max_tokens":5}', 50],
    ['{"max_tokens":6,"max_tokens":4}', 6],
    ['{"max_tokens":1,"generationConfig":{"maxOutputTokens":2}}', 2],
    // Names in other spellings, which parsers take for the same.
    ['{"max_tokens":1,"max\\u005ftokens":100000}', 100_000],
    ['{"\\u006d\\u0061\\u0078\\u005F\\u0074\\u006f\\u006b\\u0065\\u006e\\u0073":14}', 14],
    ['{"generation\\u0043onfig":{"maxOutputToken\\u0073":15}}', 15],
    ['{"max\\xtokens":1,"max_tokens":16}', 16],
    ['{"max_tokens\\n":1}', undefined],
    // Numbers in other spellings.
    ['{"max_tokens":0}', 0],
    ['{"max_tokens":-0}', 0],
    ['{"max_tokens":1e3}', 1000],
    ['{"max_tokens":10.5}', 11],
    ['{"max_tokens":1e999}', Number.MAX_SAFE_INTEGER],
    // No numbers, or none that can be.
    ['{"max_tokens":null}', undefined],
    ['{"max_tokens":"100"}', undefined],
    ['{"max_tokens":-5}', undefined],
    ['{"max_tokens":[100]}', undefined],
    ['{"max_tokens":{"max_tokens":100}}', undefined],
    ['{"max_tokens":true}', undefined],
    ['{"max_tokens":1.e5}', undefined],
    ['{"max_tokens":0100}', undefined],
    ['{"generationConfig":[{"maxOutputTokens":9}]}', undefined],
    ['{"max_tokens":-5,"max_completion_tokens":3}', 3],
    // Elsewhere.
    ['{"messages":[{"max_tokens":100}]}', undefined],
    ['{"metadata":{"max_tokens":100,"maxOutputTokens":100}}', undefined],
    ['{"generationConfig":{"x":{"maxOutputTokens":9}}}', undefined],
    ['{"generationConfig":{"max_tokens":9}}', undefined],
    ['{"maxOutputTokens":9}', undefined],
    ['{"content":"\\"max_tokens\\":100"}', undefined],
    ['{"content":"{\\"max_tokens\\":100,","max_tokens":3}', 3],
    ['{"content":"\\\\","max_tokens":3}', 3],
    ['{"Max_Tokens":100,"xmax_tokens":4}', undefined],
    ['[{"max_tokens":100}]', undefined],
    ['"max_tokens"', undefined],
    ["", undefined],
    // Cut off: what is behind is not seen.
    ['{"max_tokens":100', undefined],
    ['{"max_tokens":100,', 100],
    ['{"max_tokens":', undefined],
    ['{"max_tokens"', undefined],
    ['{"generationConfig":{"maxOutputTokens":9,', 9],
    ['{"max_tokens":3,"content":"abc', 3],
    ['{"content":"abc\\', undefined],
    // No JSON.
    ["{max_tokens:100}", undefined],
    ['{"a":1 "max_tokens":100}', undefined],
    ['------x\r\nname="max_tokens"\r\n\r\n100', undefined],
  ])("%s: %s", (text, limit) => {
    for (const chunks of usualChunkings(Buffer.from(text))) expect(outputLimit(chunks)).toBe(limit);
  });

  it("is the same as that of a JSON parser, wherever the body is cut into chunks", () => {
    const name = fc.constantFrom(
      "max_tokens",
      "max_completion_tokens",
      "max_output_tokens",
      "generationConfig",
      "x",
      '"',
    );
    const body = fc.dictionary(
      name,
      fc.oneof(fc.integer({ min: -5, max: 1e6 }), fc.jsonValue(), fc.record({ maxOutputTokens: fc.nat() })),
    );
    fc.assert(
      fc.property(body, cuts, fc.constantFrom(undefined, 1), (value, shares, indent) => {
        const parsed = JSON.parse(JSON.stringify(value));
        const given = [
          parsed.max_tokens,
          parsed.max_completion_tokens,
          parsed.max_output_tokens,
          Array.isArray(parsed.generationConfig) ? undefined : parsed.generationConfig?.maxOutputTokens,
        ].filter((each): each is number => typeof each === "number" && each >= 0);
        const wanted =
          given.length === 0 ? undefined : Math.min(Math.ceil(Math.max(...given)), Number.MAX_SAFE_INTEGER);
        expect(outputLimit(cutBody(Buffer.from(JSON.stringify(value, null, indent)), shares))).toBe(wanted);
      }),
    );
  });

  it("is looked for in any bytes without an error", () => {
    const bytes = fc.array(
      fc.oneof(
        fc.constantFrom('{"max_tokens":', '"generationConfig":{', '_tokens"', "{", "}", "[", '"', "\\", ",", "1"),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(bytes, (parts) => {
        const limit = outputLimit([Buffer.from(parts.join(""))]);
        expect(limit === undefined || limit >= 0).toBe(true);
      }),
    );
  });
});

describe("the estimate of a request", () => {
  it.each([
    [
      { bodyBytes: 0, outputLimit: undefined },
      { input: 0, output: 4096 },
    ],
    [
      { bodyBytes: 1, outputLimit: 0 },
      { input: 1, output: 0 },
    ],
    [
      { bodyBytes: 400, outputLimit: 5 },
      { input: 100, output: 5 },
    ],
    [
      { bodyBytes: 401, outputLimit: 5 },
      { input: 101, output: 5 },
    ],
  ])("%o: %o", (size, estimate) => expect(estimateTokens(size)).toEqual(estimate));
});
