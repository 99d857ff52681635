// Checks what Prometheus shows of tokens, costs and budgets.

import { describe, expect, it } from "vitest";
import type { ShownBudget } from "../../src/runtime/limits/budgets.ts";
import {
  MAX_COMBINATIONS,
  MAX_ROUTE_CLIENTS,
  OTHER_CLIENT,
  UsageMeter,
} from "../../src/runtime/observe/metrics/usage-meter.ts";
import { amountsOf } from "../../src/runtime/observe/metrics/usage-windows.ts";
import { findProgram } from "../support/program.ts";
import { promtoolComplaints, type Sample, samplesOf, total } from "../support/prometheus.ts";
import { usageOf, usageScene } from "./usage-scene.ts";

const USD = 1e10;
const FAMILIES = [
  "gateway_tokens_total",
  "gateway_cost_usd_total",
  "gateway_time_to_first_token_seconds",
  "gateway_usage_records_total",
  "gateway_usage_unpriced_total",
  "gateway_budget_used_ratio",
];

const budget = (facts: Partial<ShownBudget>): ShownBudget => ({
  client: "intern",
  per: "day",
  unit: "usd",
  used: 0,
  reserved: 0,
  max: 10 * USD,
  endsAtMs: undefined,
  ...facts,
});

/** The samples of a name, each as its labels and its value. */
const rowsOf = (samples: readonly Sample[], wanted: string) =>
  samples.filter(({ name }) => name === wanted).map(({ labels, value }) => ({ ...labels, value }));

describe("tokens and costs", () => {
  it("are counted by route, client, model and kind; what was not told is not counted, and a told 0 is", async () => {
    const { pass, scrape } = usageScene();
    const counts = { input: 1000, cacheRead: 800, output: 50, reasoning: 0 };
    pass({ counts, costTicks: 0.25 * USD });
    pass({ counts: { input: 1, cacheRead: 1, output: 2 }, costTicks: 0.5 * USD });
    pass({ counts: { input: 7 }, modelLabel: "other" }, { client: "lead", route: "plain" });
    const samples = samplesOf(await scrape());
    const chat = { route_id: "chat", client: "intern", model: "gpt-5" };
    const plain = { route_id: "plain", client: "lead", model: "other" };
    expect(rowsOf(samples, "gateway_tokens_total")).toEqual([
      { ...chat, kind: "input", value: 1001 },
      { ...chat, kind: "cache_read", value: 801 },
      { ...chat, kind: "output", value: 52 },
      { ...chat, kind: "reasoning", value: 0 },
      { ...plain, kind: "input", value: 7 },
    ]);
    expect(rowsOf(samples, "gateway_cost_usd_total")).toEqual([{ ...chat, value: 0.75 }]);
  });

  it("are exact in sum", async () => {
    const { pass, scrape } = usageScene();
    for (let i = 0; i < 10; i++) pass({ counts: { input: 1 }, costTicks: 0.1 * USD });
    expect(total(samplesOf(await scrape()), "gateway_cost_usd_total")).toBe(1);
  });

  it("are never taken back, also when the route is gone and a day has passed", async () => {
    const { clock, pass, scrape, adopt } = usageScene();
    pass({ counts: { input: 5 }, costTicks: USD, ttftMs: 3 }, { route: "plain" });
    clock.at += 3 * 86_400_000;
    adopt(["chat"]);
    const samples = samplesOf(await scrape());
    expect(total(samples, "gateway_tokens_total", { route_id: "plain" })).toBe(5);
    expect(total(samples, "gateway_cost_usd_total", { route_id: "plain" })).toBe(1);
    expect(total(samples, "gateway_time_to_first_token_seconds_count", { route_id: "plain" })).toBe(1);
  });
});

describe("usage records", () => {
  it("are counted by what is known, from 0 on", async () => {
    const { pass, scrape } = usageScene();
    const records = async () =>
      rowsOf(samplesOf(await scrape()), "gateway_usage_records_total").map(({ value }) => value);
    expect(await records()).toEqual([0, 0, 0]);
    pass({ counts: { input: 1 }, known: "partial" });
    pass();
    pass();
    expect(await records()).toEqual([0, 1, 2]);
  });

  it.each([
    ["tokens and no price", { counts: { input: 1 } }, 1],
    ["some tokens of a broken stream and no price", { counts: { input: 1 }, known: "partial" }, 1],
    ["tokens and a price", { counts: { input: 1 }, costTicks: 0 }, 0],
    ["no tokens", {}, 0],
  ] as const)("with %s count as unpriced as they should", async (_, used, unpriced) => {
    const { pass, scrape } = usageScene();
    pass(used);
    expect(rowsOf(samplesOf(await scrape()), "gateway_usage_unpriced_total")).toEqual([{ value: unpriced }]);
  });

  it("tell the time to the first token of streams only", async () => {
    const { pass, scrape } = usageScene();
    pass({ ttftMs: 250 });
    pass({ ttftMs: 0 });
    pass({ ttftMs: null });
    const samples = samplesOf(await scrape());
    const name = "gateway_time_to_first_token_seconds";
    expect(total(samples, `${name}_count`, { route_id: "chat" })).toBe(2);
    expect(total(samples, `${name}_sum`)).toBe(0.25);
    expect(total(samples, `${name}_bucket`, { le: "0.001" })).toBe(1);
  });
});

describe("budgets", () => {
  it("are shown as the settled share, also above 1", async () => {
    const { budgets, scrape } = usageScene();
    budgets.push(budget({ used: 2.5 * USD, reserved: 5 * USD }));
    budgets.push(budget({ per: "month", unit: "tokens", used: 150, max: 100 }));
    budgets.push(budget({ client: "gone", per: "total", max: 0 }));
    expect(rowsOf(samplesOf(await scrape()), "gateway_budget_used_ratio")).toEqual([
      { client: "intern", per: "day", unit: "usd", value: 0.25 },
      { client: "intern", per: "month", unit: "tokens", value: 1.5 },
      { client: "gone", per: "total", unit: "usd", value: 1 },
    ]);
  });

  it("with the same labels have one sample: that of the one that is used up first", async () => {
    const { budgets, scrape } = usageScene();
    for (const max of [4, 2, 8]) budgets.push(budget({ used: USD, max: max * USD }));
    expect(rowsOf(samplesOf(await scrape()), "gateway_budget_used_ratio").map(({ value }) => value)).toEqual([0.5]);
  });
});

describe("the metrics of usage", () => {
  it("are not there on a gateway that writes no usage down", async () => {
    const text = await usageScene({ off: true }).scrape();
    expect(FAMILIES.filter((name) => text.includes(name))).toEqual([]);
    const on = await usageScene().scrape();
    expect(FAMILIES.filter((name) => on.includes(`# TYPE ${name} `))).toEqual(FAMILIES);
  });

  it.skipIf(findProgram("promtool") === undefined)("are what Prometheus accepts, whatever names say", async () => {
    const { pass, budgets, scrape } = usageScene();
    const odd = 'a"b\\c\nd';
    pass({ counts: { input: 1, output: 2 }, costTicks: 1, ttftMs: 5, modelLabel: odd }, { client: odd });
    budgets.push(budget({ client: odd }));
    expect(await promtoolComplaints(await scrape())).toEqual([]);
  });
});

describe("the number of counters", () => {
  const USED = usageOf({ counts: { input: 1 } });
  const count = (meter: UsageMeter, client: string, model: string) =>
    meter.count({ routeId: "r", client, model }, USED, amountsOf({ upstreamAnswered: true, status: 200 }, USED), 1);
  const inputOf = (meter: UsageMeter) =>
    [...meter.counters()].reduce((sum, { tokens }) => sum + (tokens.get("input") ?? 0), 0);

  it("is bounded: later models share a counter, then later clients; those that have one keep it; nothing is lost", () => {
    const meter = new UsageMeter();
    count(meter, "first", "m0");
    for (let i = 1; i < MAX_COMBINATIONS; i++) count(meter, "many", `m${i}`);
    const find = (client: string, model: string) =>
      [...meter.counters()].find((each) => each.client === client && each.model === model)?.tokens.get("input");

    count(meter, "first", "late");
    count(meter, "first", "later");
    count(meter, "first", "m0");
    expect([find("first", "late"), find("first", "other"), find("first", "m0")]).toEqual([undefined, 2, 2]);

    for (let i = 1; i < MAX_ROUTE_CLIENTS; i++) count(meter, `c${i}`, "late");
    for (let i = 0; i < 50; i++) count(meter, `late${i}`, `m${i}`);
    count(meter, "first", "m0");
    expect([find("c7", "other"), find("late7", "other"), find("first", "m0")]).toEqual([1, undefined, 3]);
    expect(find(OTHER_CLIENT, "other")).toBe(50);
    expect([...meter.counters()]).toHaveLength(MAX_COMBINATIONS + MAX_ROUTE_CLIENTS + 1);
    expect(inputOf(meter)).toBe(MAX_COMBINATIONS + 3 + MAX_ROUTE_CLIENTS - 1 + 50 + 1);
  });
});
