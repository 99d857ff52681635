// Checks what the summary says of tokens, costs and budgets.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SlidingSums } from "../../src/runtime/observe/metrics/sliding-sums.ts";
import { MAX_MODELS } from "../../src/runtime/observe/metrics/usage-meter.ts";
import { MINUTE, START, usageScene } from "./usage-scene.ts";

const USD = 1e10;
const NOTHING = {
  records: 0,
  records_without_tokens: 0,
  records_without_cost: 0,
  input_tokens: 0,
  input_cached_tokens: 0,
  output_tokens: 0,
  cost_usd: 0,
};

describe("the usage of the summary", () => {
  it("is told in all, by route, by client and by model", () => {
    const { pass, summary } = usageScene();
    pass({ counts: { input: 1000, cacheRead: 800, output: 50 }, costTicks: 0.25 * USD });
    pass({ counts: { input: 7 }, costTicks: 2 * USD, modelLabel: "sonnet" }, { client: "lead" });
    const first = { ...NOTHING, records: 1, input_tokens: 1000, input_cached_tokens: 800, output_tokens: 50 };
    const mini = { ...first, cost_usd: 0.25 };
    const big = { ...NOTHING, records: 1, input_tokens: 7, cost_usd: 2 };
    const both = { ...first, records: 2, input_tokens: 1007, cost_usd: 2.25 };
    const { usage_1h, usage_24h, routes, tokens, models } = summary();
    expect([usage_1h, usage_24h]).toEqual([both, both]);
    expect(routes.map(({ route_id, usage_1h, usage_24h }) => [route_id, usage_1h, usage_24h])).toEqual([
      ["chat", both, both],
      ["plain", NOTHING, NOTHING],
    ]);
    expect(tokens.map(({ token, usage_1h }) => [token, usage_1h])).toEqual([
      ["intern", mini],
      ["lead", big],
    ]);
    // The most expensive first.
    expect(models).toEqual([
      { model: "sonnet", usage_1h: big, usage_24h: big },
      { model: "gpt-5", usage_1h: mini, usage_24h: mini },
    ]);
  });

  it("says that a cost is not known, instead of 0", () => {
    const { pass, summary } = usageScene();
    const cost = () => {
      const { records = 0, records_without_cost = 0, records_without_tokens = 0, cost_usd } = summary().usage_1h ?? {};
      return [records, records_without_tokens, records_without_cost, cost_usd];
    };
    expect(cost()).toEqual([0, 0, 0, 0]);
    pass();
    expect(cost()).toEqual([1, 1, 1, null]);
    pass({ counts: { input: 5 } });
    expect(cost()).toEqual([2, 1, 2, null]);
    pass({ counts: { input: 5 }, costTicks: USD / 2 });
    expect(cost()).toEqual([3, 1, 2, 0.5]);
  });

  it.each([
    ["a refusal of the upstream", { status: 429 }],
    ["a failure before an answer", { status: 504, upstreamAnswered: false }],
    ["a client that left before the head", { status: 499, upstreamAnswered: false }],
  ])("does not call the cost of %s unknown", (_, facts) => {
    const { pass, summary } = usageScene();
    pass({}, { facts });
    expect(summary().usage_1h).toEqual({ ...NOTHING, records: 1 });
  });

  it("leaves the hour after 60 minutes, and the day after 96 quarters of an hour", () => {
    const { clock, pass, summary } = usageScene();
    pass({ counts: { input: 3 }, costTicks: USD });
    const inputs = () => {
      const { usage_1h, usage_24h, models } = summary();
      return [usage_1h?.input_tokens, usage_24h?.input_tokens, models?.length];
    };
    clock.at = START + 59 * MINUTE;
    expect(inputs()).toEqual([3, 3, 1]);
    clock.at = START + 60 * MINUTE;
    expect(inputs()).toEqual([0, 3, 1]);
    clock.at = START + (24 * 60 - 1) * MINUTE;
    expect(inputs()).toEqual([0, 3, 1]);
    clock.at = START + 24 * 60 * MINUTE;
    expect(inputs()).toEqual([0, 0, 0]);
  });

  it("has budgets in tokens or USD, with their end if they have one", () => {
    const { budgets, summary } = usageScene();
    budgets.push({
      client: "intern",
      per: "day",
      unit: "usd",
      used: 2.5 * USD,
      reserved: 0.5 * USD,
      max: 10 * USD,
      endsAtMs: START,
    });
    budgets.push({
      client: "lead",
      per: "total",
      unit: "tokens",
      used: 70,
      reserved: 5,
      max: 100,
      endsAtMs: undefined,
    });
    expect(summary().budgets).toEqual([
      { client: "intern", per: "day", unit: "usd", used: 2.5, reserved: 0.5, max: 10, ends_at_unix_ms: START },
      { client: "lead", per: "total", unit: "tokens", used: 70, reserved: 5, max: 100 },
    ]);
  });

  it("has a bounded number of models: later ones are told together", () => {
    const { pass, summary } = usageScene();
    for (let i = 0; i < MAX_MODELS + 20; i++) pass({ counts: { input: 1 }, modelLabel: `m${i}` });
    const { models = [] } = summary();
    expect(models).toHaveLength(MAX_MODELS + 1);
    expect(models[0]).toMatchObject({ model: "other", usage_24h: { input_tokens: 20 } });
  });

  it("has room for later models again when a reload finds some unused for a day", () => {
    const { clock, pass, summary, adopt } = usageScene();
    for (let i = 0; i < MAX_MODELS; i++) pass({ modelLabel: `m${i}` });
    clock.at += 25 * 60 * MINUTE;
    adopt(["chat"]);
    pass({ modelLabel: "late" });
    expect(summary().models?.map(({ model }) => model)).toEqual(["late"]);
  });

  it("is not there on a gateway that writes no usage down, which has all other fields as before", () => {
    const off = usageScene({ off: true });
    const on = usageScene();
    for (const { pass } of [off, on]) pass({ counts: { input: 1 } });
    const keys = (summary: ReturnType<typeof on.summary>) =>
      [summary, summary.routes[0] ?? {}, summary.tokens[0] ?? {}].map((part) => Object.keys(part));
    expect(JSON.stringify(off.summary())).not.toMatch(/usage|budgets|models/);
    const added = ["usage_1h", "usage_24h", "models", "budgets"];
    expect(keys(on.summary()).map((names) => names.filter((name) => !added.includes(name)))).toEqual(
      keys(off.summary()),
    );
  });
});

describe("sliding sums", () => {
  it("agree with a list of all that was added, whatever the gaps", () => {
    const wait = fc.oneof(fc.nat(3), fc.integer({ min: 55, max: 65 }), fc.integer({ min: 0, max: 500 }));
    const added = fc.tuple(
      wait,
      fc.maxSafeNat().map((amount) => Math.floor(amount / 200)),
      fc.nat(),
    );
    fc.assert(
      fc.property(fc.array(added, { maxLength: 80 }), wait, (events, rest) => {
        const sums = new SlidingSums(60, 2);
        let step = 1_000_000;
        const all = events.map(([gap, a, b]) => {
          step += gap;
          sums.add(step, [a, b]);
          return { step, a, b };
        });
        step += rest;
        const inTime = all.filter((event) => event.step > step - 60);
        const expected = [inTime.reduce((sum, { a }) => sum + a, 0), inTime.reduce((sum, { b }) => sum + b, 0)];
        expect([...sums.sums(step)]).toEqual(expected);
      }),
    );
  });

  it("go on when the clock is set back", () => {
    const sums = new SlidingSums(60, 1);
    sums.add(1000, [5]);
    sums.add(970, [6]);
    expect([...sums.sums(970)]).toEqual([11]);
    expect([...sums.sums(1059)]).toEqual([11]);
    expect([...sums.sums(1060)]).toEqual([0]);
  });
});
