// Checks patterns of model names against a plain model of what they mean.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { modelMatcher } from "../../src/plan/model-patterns.ts";

describe("patterns of model names", () => {
  it.each([
    [["gpt-4o"], "gpt-4o", true],
    [["gpt-4o"], "gpt-4o-mini", false],
    [["gpt-4o"], "GPT-4o", false],
    [["gpt-4o*"], "gpt-4o", true],
    [["gpt-4o*"], "gpt-4o-mini", true],
    [["*mini"], "gpt-4o-mini", true],
    [["*mini"], "gpt-4o-mini-x", false],
    [["gpt-*-mini"], "gpt--mini", true],
    [["gpt-*-mini"], "gpt-mini", false],
    [["a*a"], "a", false],
    [["a*b*a"], "aba", true],
    [["a*ba*a"], "aba", false],
    [["*a*b*"], "ba", false],
    [["**"], "anything", true],
    [["*"], "", true],
    [["gpt-4.1"], "gpt-4x1", false],
    [["gpt-[4]?", "(a|b)+"], "gpt-4", false],
    [["a", "b*"], "bc", true],
    [[""], "", true],
    [[""], "a", false],
    [[], "a", false],
    [[], "", false],
  ])("%j let in %j: %s", (patterns, name, expected) => {
    expect(modelMatcher(patterns)(name)).toBe(expected);
  });

  it("agree with a plain model", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "*", ".", "é"), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 3 }), text, (patterns, name) => {
        expect(modelMatcher(patterns)(name)).toBe(patterns.some((pattern) => plainMatch(pattern, name)));
      }),
      { numRuns: 5000 },
    );
  });

  it("match themselves with any text in place of a star", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 5 }), fc.string(), (parts, filling) => {
        expect(modelMatcher([parts.join("*")])(parts.join(filling))).toBe(true);
      }),
    );
  });
});

function plainMatch(pattern: string, name: string): boolean {
  if (pattern === "") return name === "";
  if (pattern[0] === "*")
    return plainMatch(pattern.slice(1), name) || (name !== "" && plainMatch(pattern, name.slice(1)));
  return pattern[0] === name[0] && plainMatch(pattern.slice(1), name.slice(1));
}
