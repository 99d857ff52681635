// Checks where a cost comes from: the prices of the config, the upstream's own figure, or the table; and what estimates are.

import { describe, expect, it } from "vitest";
import type { ConfiguredPrice, TokenPrices } from "../../src/plan/usage.ts";
import { createPriceList, type PricedUsage, type PriceQuery } from "../../src/prices/price-list.ts";
import { priceTable } from "../../src/prices/price-table.ts";
import { remember } from "../../src/prices/remember.ts";
import { microUsd, of, used } from "./counts.ts";

const flat = (price: number): TokenPrices => ({
  input: price,
  output: price,
  cachedInput: price,
  cacheWrite: price,
  cacheWrite1h: price,
});
const CONFIGURED: readonly ConfiguredPrice[] = [
  { pattern: "gpt-5-mini", prices: flat(7) },
  { pattern: "gpt-5*", prices: flat(8) },
  { pattern: "gpt-5-nano", prices: flat(9) },
  { pattern: "mine", prices: flat(1) },
];
const TABLE = `table:${priceTable().date}`;
const list = createPriceList(CONFIGURED);
const TEN = used({ input: 10, output: 0 });

describe("a price list", () => {
  it.each<[what: string, query: PriceQuery, usage: PricedUsage, ticks: number | null, price: string | null]>([
    ["takes the config's price", of("mine"), TEN, microUsd(10), "config"],
    ["takes the first match", of("gpt-5-mini"), TEN, microUsd(70), "config"],
    ["takes the first match, though a later one is closer", of("gpt-5-nano"), TEN, microUsd(80), "config"],
    ["matches the served model first", of("gpt-5-mini", { requestedModel: "mine" }), TEN, microUsd(70), "config"],
    ["then the asked one", of("served", { requestedModel: "mine" }), TEN, microUsd(10), "config"],
    ["then the asked one, if none is named", of(undefined, { requestedModel: "mine" }), TEN, microUsd(10), "config"],
    ["has the config win over the upstream", of("mine"), { ...TEN, ownCostTicks: 5 }, microUsd(10), "config"],
    ["has the upstream win over the table", of("gpt-4o"), { ...TEN, ownCostTicks: 5 }, 5, "upstream"],
    ["takes an upstream's 0", of("gpt-4o"), { ...TEN, ownCostTicks: 0 }, 0, "upstream"],
    ["takes the upstream's figure without counts", of("mine"), used({}, { ownCostTicks: 5 }), 5, "upstream"],
    ["takes no figure that can't be", of("gpt-4o"), { ...TEN, ownCostTicks: -1 }, microUsd(25), TABLE],
    ["takes the table", of("gpt-4o"), TEN, microUsd(25), TABLE],
    ["takes the table for the asked model", of("x", { requestedModel: "gpt-4o" }), TEN, microUsd(25), TABLE],
    ["knows no price", of("x", { requestedModel: "y" }), TEN, null, null],
    ["knows no price of no model", of(undefined), TEN, null, null],
    ["knows no cost without counts", of("gpt-4o"), used({}), null, null],
    ["takes the service tier", of("gpt-4o"), { ...TEN, serviceTier: "priority" }, microUsd(42.5), TABLE],
    ["takes what a fast answer costs", of("claude-opus-5"), { ...TEN, serviceTier: "fast" }, microUsd(100), TABLE],
    [
      "charges a whole long request at the higher rates",
      of("gpt-5.4", { requestedModel: "x" }),
      used({ input: 1 }),
      microUsd(8),
      "config",
    ],
  ])("%s", (_what, query, usage, ticks, price) => {
    expect(list.cost(query, usage)).toEqual({ ticks, price });
  });

  it("reads prices of the config per million tokens, not per token (M22)", () => {
    // A price of 0 is 0, and one of 0.5 is half a USD for a million tokens.
    const own = createPriceList([
      { pattern: "free", prices: flat(0) },
      { pattern: "half", prices: flat(0.5) },
    ]);
    expect(own.cost(of("free"), used({ input: 76_000, output: 100 }))).toEqual({ ticks: 0, price: "config" });
    expect(own.estimate(of("free"), 1e6, 1e6)).toBe(0);
    expect(own.cost(of("half"), used({ input: 1_000_000, output: 0 })).ticks).toBe(0.5e10);
  });

  it("has the rates of long requests in costs and in estimates (M23)", () => {
    const table = createPriceList([]);
    const query = of("gpt-5.4", { host: "api.openai.com" });
    // 2.5 and 15 USD up to 272,000 tokens of input, 5 and 22.5 beyond, for all of the request.
    const short = microUsd(272_000 * 2.5 + 1000 * 15);
    const long = microUsd(272_001 * 5 + 1000 * 22.5);
    expect(table.cost(query, used({ input: 272_000, output: 1000 })).ticks).toBe(short);
    expect(table.cost(query, used({ input: 272_001, output: 1000 })).ticks).toBe(long);
    expect(table.estimate(query, 272_000, 1000)).toBe(short);
    expect(table.estimate(query, 272_001, 1000)).toBe(long);
    // Cached input counts for the length.
    const cached = used({ input: 300_000, cacheRead: 290_000, output: 1000 });
    expect(table.cost(query, cached).ticks).toBe(microUsd(10_000 * 5 + 290_000 * 0.5 + 1000 * 22.5));
    expect(table.cost(query, used({ cacheRead: 300_000, output: 0 })).ticks).toBe(microUsd(300_000 * 0.5));
  });

  it("knows the hours at which DeepSeek is cheaper", () => {
    const at = (time: string | undefined): number | null => {
      const query = of("deepseek-v4-pro", {
        host: "api.deepseek.com",
        at: time === undefined ? time : Date.parse(time),
      });
      return list.cost(query, used({ input: 1_000_000, cacheRead: 400_000, output: 0 })).ticks;
    };
    // 1.32 and 0.044 USD from 01:00 to 04:00 and from 06:00 to 10:00 on weekdays, half of that otherwise.
    const peak = microUsd(600_000 * 1.32 + 400_000 * 0.044);
    expect(["2026-11-27T01:00:00Z", "2026-11-27T09:59:59Z", undefined].map(at)).toEqual([peak, peak, peak]);
    expect(["2026-11-27T05:00:00Z", "2026-11-28T01:00:00Z"].map(at)).toEqual([peak / 2, peak / 2]);
  });

  it.each<[query: PriceQuery, ticks: number | undefined]>([
    [of(undefined, { requestedModel: "mine" }), microUsd(14)],
    [of(undefined, { requestedModel: "gpt-4o" }), microUsd(10 * 2.5 + 4 * 10)],
    [of(undefined, { requestedModel: "unknown" }), undefined],
    [of(undefined), undefined],
  ])("estimates %o at %d ticks", (query, ticks) => {
    expect(list.estimate(query, 10, 4)).toBe(ticks);
  });

  it("takes any name and any number", () => {
    for (const name of ["", "*", "constructor", "\u0000", "x".repeat(100_000), "ft:", "models/"]) {
      expect(list.cost(of(name), TEN)).toEqual({ ticks: null, price: null });
      expect(list.label(name)).toBe("other");
    }
    expect(list.estimate(of("mine"), Number.NaN, -1)).toBe(0);
    expect(list.estimate(of("mine"), Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe("remembering", () => {
  it("works once for a text, also where nothing came out, and forgets when it has too many", () => {
    let calls = 0;
    const find = remember((text) => {
      calls++;
      return text === "none" ? undefined : text;
    });
    expect([find("a"), find("a"), find("none"), find("none")]).toEqual(["a", "a", undefined, undefined]);
    expect(calls).toBe(2);
    for (let n = 0; n < 5000; n++) find(`${n}`);
    calls = 0;
    find("a");
    expect(calls).toBe(1);
    const long = "x".repeat(1000);
    find(long);
    find(long);
    expect(calls).toBe(3);
  });
});
