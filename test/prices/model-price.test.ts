// Checks which rates a request has: by its length, and by the service tier that served it.

import { describe, expect, it } from "vitest";
import { modelPrice } from "../../src/prices/model-price.ts";
import { type PriceRow, ratesOf } from "../../src/prices/rates.ts";

const ROWS: Readonly<Record<string, PriceRow>> = {
  "": { input: 2, output: 10, cachedInput: 0.2 },
  ">128000": { input: 3, output: 12, cachedInput: 0.3 },
  ">272000": { input: 4, output: 15, cachedInput: 0.4 },
  flex: { input: 1, output: 5, cachedInput: 0.1 },
  "flex>272000": { input: 2, output: 7.5, cachedInput: 0.2 },
  priority: { input: 4, output: 20, cachedInput: 0.4 },
};

describe("the rates of a request", () => {
  it.each<[input: number, tier: string | undefined, key: string]>([
    [0, undefined, ""],
    [128_000, undefined, ""],
    [128_001, undefined, ">128000"],
    [272_000, undefined, ">128000"],
    [272_001, undefined, ">272000"],
    [9e15, undefined, ">272000"],
    [1, "flex", "flex"],
    [1, "FLEX", "flex"],
    [300_000, "flex", "flex>272000"],
    // No price of its own for long requests: the usual one for them.
    [300_000, "priority", ">272000"],
    [200_000, "flex", ">128000"],
    [1, "priority", "priority"],
    // No price of its own: the usual one.
    [1, "batch", ""],
    [1, "default", ""],
    [1, "__proto__", ""],
    [1, "flex>272000", ""],
  ])("with %d tokens of input in tier %s are those of %j", (input, tier, key) => {
    const price = modelPrice(new Map(Object.entries(ROWS)));
    expect(price?.(input, tier, undefined)).toEqual(ratesOf(ROWS[key] ?? { input: -1, output: -1 }));
  });

  it("has other names for a tier", () => {
    const price = modelPrice(
      new Map([
        ["", { input: 2, output: 4 }],
        ["batch", { input: 1, output: 2 }],
      ]),
    );
    expect(price?.(1, "batches", undefined)).toEqual(ratesOf({ input: 1, output: 2 }));
  });

  it.each<[what: string, tier: PriceRow, expected: PriceRow]>([
    [
      "rises with a dearer tier",
      { input: 6, output: 30 },
      { input: 6, output: 30, cachedInput: 0.6, cacheWrite: 7.5, cacheWrite1h: 12, audioInput: 80, reasoning: 40 },
    ],
    [
      "stays in a cheaper tier",
      { input: 1.5, output: 7.5 },
      { input: 1.5, output: 7.5, cachedInput: 0.3, cacheWrite: 3.75, cacheWrite1h: 6, audioInput: 40, reasoning: 20 },
    ],
    [
      "is for an hour as much cheaper as other writes are",
      { input: 1.5, output: 7.5, cachedInput: 0.15, cacheWrite: 1.875, audioInput: 20, reasoning: 10 },
      { input: 1.5, output: 7.5, cachedInput: 0.15, cacheWrite: 1.875, cacheWrite1h: 3, audioInput: 20, reasoning: 10 },
    ],
    [
      "is never above that of fresh input",
      { input: 0.1, output: 0.5 },
      { input: 0.1, output: 0.5, cachedInput: 0.1, cacheWrite: 3.75, cacheWrite1h: 6, audioInput: 40, reasoning: 20 },
    ],
  ])("a price that a tier leaves out %s", (_what, tier, expected) => {
    const usual = { input: 3, output: 15, cachedInput: 0.3, cacheWrite: 3.75, cacheWrite1h: 6, audioInput: 40 };
    const price = modelPrice(
      new Map([
        ["", { ...usual, reasoning: 20 }],
        ["x", tier],
      ]),
    );
    expect(price?.(1, "x", undefined)).toEqual(ratesOf(expected));
  });

  it.each<[at: string | undefined, tier: string | undefined, key: string]>([
    // A Friday.
    ["2026-11-27T00:59:59Z", undefined, "off-peak"],
    ["2026-11-27T01:00:00Z", undefined, ""],
    ["2026-11-27T03:59:59Z", undefined, ""],
    ["2026-11-27T04:00:00Z", undefined, "off-peak"],
    ["2026-11-27T23:59:59Z", undefined, "off-peak"],
    ["2026-11-27T04:00:00Z", "batch", "batch"],
    // A Sunday.
    ["2026-11-29T02:00:00Z", undefined, "off-peak"],
    [undefined, undefined, ""],
    // Only the time decides, not a name that an upstream tells.
    [undefined, "off-peak", ""],
  ])("made at %s in tier %s are those of %j", (at, tier, key) => {
    const rows = { "": { input: 2, output: 4 }, "off-peak": { input: 1, output: 2 }, batch: { input: 0.5, output: 1 } };
    const week = [1, 2, 3, 4, 5];
    const price = modelPrice(new Map(Object.entries(rows)), [
      [
        week,
        [
          [0, 60],
          [240, 1440],
        ],
      ],
      [[6, 7], [[0, 1440]]],
    ]);
    const expected = new Map<string, PriceRow>(Object.entries(rows)).get(key);
    expect(price?.(1, tier, at === undefined ? undefined : Date.parse(at))).toEqual(expected && ratesOf(expected));
  });
});
