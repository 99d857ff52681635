// Checks the sums: what the tokens of an exchange cost at given rates. All expected figures are worked out by hand.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TokenCounts } from "../../src/plan/usage.ts";
import { type PriceRow, ratesOf } from "../../src/prices/rates.ts";
import { tokenCost } from "../../src/prices/token-cost.ts";
import { counts, microUsd } from "./counts.ts";

const CLAUDE: PriceRow = { input: 3, output: 15, cachedInput: 0.3, cacheWrite: 3.75, cacheWrite1h: 6 };
const GPT: PriceRow = { input: 2.5, output: 10, cachedInput: 1.25 };

describe("the cost of tokens", () => {
  it.each<[what: string, row: PriceRow, told: Partial<TokenCounts>, micro: number]>([
    ["plain input and output", GPT, { input: 1000, output: 100 }, 2500 + 1000],
    // Charged as fresh, the input alone would cost 300,000.
    [
      "cache reads at their own price (M7)",
      CLAUDE,
      { input: 100_000, cacheRead: 99_000, output: 500 },
      3000 + 29_700 + 7500,
    ],
    // Charged twice, the written part would cost 150,000 x 6.75.
    ["cache writes once (M8)", CLAUDE, { input: 200_000, cacheWrite: 150_000, output: 0 }, 150_000 + 562_500],
    // At the price of 5 minutes it would be 37,500, which is 37.5 % too little.
    [
      "cache writes for an hour at their own price (M9)",
      CLAUDE,
      { input: 10_000, cacheWrite: 10_000, cacheWrite1h: 10_000, output: 0 },
      60_000,
    ],
    // Without the remainder it would be 40,800.
    [
      "a split of the writes that leaves a remainder (M9)",
      CLAUDE,
      { input: 10_000, cacheWrite: 10_000, cacheWrite1h: 6800 },
      40_800 + 12_000,
    ],
    // Added on top, as if cached input were no part of input, it would be 4,500.
    ["cached input as a part of input (M10)", GPT, { input: 1000, cacheRead: 800, output: 100 }, 500 + 1000 + 1000],
    ["cached input beyond input: nothing is fresh (M10)", GPT, { input: 5, cacheRead: 100, output: 0 }, 125],
    ["read and written in one request", CLAUDE, { input: 1000, cacheRead: 300, cacheWrite: 200 }, 1500 + 90 + 750],
    ["a split without the whole", CLAUDE, { input: 1000, cacheWrite1h: 200 }, 2400 + 1200],
    ["a split beyond the whole", CLAUDE, { input: 1000, cacheWrite: 100, cacheWrite1h: 200 }, 2700 + 600],
    ["writes without a price of their own", GPT, { input: 1000, cacheWrite: 400, cacheWrite1h: 100 }, 2500],
    [
      "an hour without a price of its own",
      { ...CLAUDE, cacheWrite1h: undefined },
      { input: 10, cacheWrite1h: 10 },
      37.5,
    ],
    ["cached input without a price of its own", { input: 1, output: 2 }, { input: 1000, cacheRead: 900 }, 1000],
    ["input alone, such as of embeddings", GPT, { input: 1000 }, 2500],
    ["output alone", GPT, { output: 10 }, 100],
    ["a reported 0", GPT, { input: 0, output: 0 }, 0],
    ["reasoning within output", GPT, { input: 0, output: 100, reasoning: 60 }, 1000],
    ["reasoning at its own price", { ...GPT, reasoning: 40 }, { output: 100, reasoning: 60 }, 400 + 2400],
    ["reasoning beyond output", { ...GPT, reasoning: 40 }, { output: 100, reasoning: 900 }, 4000],
    [
      "audio at its own prices",
      { ...GPT, audioInput: 40, audioOutput: 80 },
      { input: 100, audioInput: 60, output: 50, audioOutput: 20 },
      100 + 2400 + 300 + 1600,
    ],
    [
      "audio that was cached is cached input",
      { ...GPT, audioInput: 40 },
      { input: 100, cacheRead: 80, audioInput: 100, output: 0 },
      800 + 100,
    ],
    ["counts that can't be", GPT, { input: -5, output: 0.5, cacheRead: Number.NaN }, 0],
  ])("%s", (_what, row, told, micro) => {
    expect(tokenCost(ratesOf(row), counts(told))).toBe(microUsd(micro));
  });

  it("is unknown where neither input nor output was told", () => {
    expect(tokenCost(ratesOf(GPT), counts({ cacheRead: 5, reasoning: 3 }))).toBeNull();
  });

  // A tick is 1e-10 USD: one token at 0.0001 USD per million.
  it.each([
    [0.0001, 1, 1],
    [0.00005, 1, 1],
    [0.000049, 1, 0],
    [0.00005, 3, 2],
    [0.0001, 12_345, 12_345],
    // As a sum of floats this is 3,004.5 or a little less, by the way it is added up.
    [0.15025, 2, 3005],
  ])("rounds once, half up: %d USD per million x %d is %d ticks", (input, tokens, ticks) => {
    expect(tokenCost(ratesOf({ input, output: 0 }), counts({ input: tokens }))).toBe(ticks);
  });

  it("rounds the sum, not its parts", () => {
    const row = { input: 0.00005, output: 0.00005 };
    expect(tokenCost(ratesOf(row), counts({ input: 1, output: 1 }))).toBe(1);
  });

  it("stays a whole number up to 2^53 - 1, and grows with each count", () => {
    const price = fc.double({ min: 0, max: 1000, noNaN: true });
    const row = fc.record({
      input: price,
      output: price,
      cachedInput: fc.option(price, { nil: undefined }),
      cacheWrite: fc.option(price, { nil: undefined }),
      cacheWrite1h: fc.option(price, { nil: undefined }),
      audioInput: fc.option(price, { nil: undefined }),
    });
    const count = fc.option(fc.oneof(fc.nat(1_000_000), fc.maxSafeNat()));
    const told = fc.record({ cacheRead: count, cacheWrite: count, cacheWrite1h: count, audioInput: count });
    fc.assert(
      fc.property(
        row,
        told,
        fc.maxSafeNat(),
        fc.nat(1000),
        fc.constantFrom("input", "output"),
        (row, rest, n, more, kind) => {
          const cost = (extra: number): number =>
            tokenCost(ratesOf(row), counts({ ...rest, [kind]: Math.min(n + extra, Number.MAX_SAFE_INTEGER) })) ?? -1;
          const [less, dearer] = [cost(0), cost(more)];
          expect(Number.isSafeInteger(less) && less >= 0).toBe(true);
          expect(dearer).toBeGreaterThanOrEqual(less);
        },
      ),
    );
  });

  it("takes any numbers without throwing", () => {
    const any = fc.option(fc.oneof(fc.double(), fc.maxSafeInteger()));
    const told = fc.record({
      input: any,
      output: any,
      cacheRead: any,
      cacheWrite: any,
      cacheWrite1h: any,
      reasoning: any,
    });
    fc.assert(
      fc.property(told, (told) => {
        const cost = tokenCost(ratesOf(CLAUDE), counts(told));
        expect(cost === null || (Number.isSafeInteger(cost) && cost >= 0)).toBe(true);
      }),
    );
  });
});
