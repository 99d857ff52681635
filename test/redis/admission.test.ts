// Checks on a real Redis what is admitted and what is refused, and that a refusal changes nothing.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BudgetSpec, Charge } from "../../src/plan/usage.ts";
import { RedisCounts } from "../../src/runtime/limits/redis/redis-counts.ts";
import type { AdmissionAnswer, AdmissionRequest } from "../../src/runtime/limits/shared/shared-counts.ts";
import { hasRedis, startRedis, type TestRedis } from "../support/redis.ts";
import { dumpOf, ScriptRunner } from "./redis-clock.ts";
import { EVERY_LIMIT, request } from "./request.ts";

/** A Friday. */
const NOW = Date.parse("2026-11-27T12:00:10.500Z");
const DAY = 20_784;
const MOST = Number.MAX_SAFE_INTEGER;
const OWNER = { ledger: "ledger", run: "run", process: "1" };

let redis: TestRedis;
let runner: ScriptRunner;
let counts: RedisCounts;

function use(estimate: Charge, budgets: readonly BudgetSpec[], tokensPerMinute?: number): Partial<AdmissionRequest> {
  return { use: { estimate, limits: { tokensPerMinute, budgets } } };
}

function budget(per: BudgetSpec["per"], maxTokens?: number, maxTicks?: number): BudgetSpec {
  return { per, maxTokens, maxTicks };
}

async function spend(tokens: number, ticks: number, day = DAY): Promise<void> {
  await counts.publish("client alice", [{ day, tokens, ticks }]);
}

describe.skipIf(!hasRedis)("an admission on Redis", () => {
  beforeAll(async () => {
    redis = await startRedis();
    runner = new ScriptRunner(redis.port, "set");
  });
  afterAll(async () => {
    runner?.close();
    await redis?.close();
  });
  beforeEach(async () => {
    await runner.redis.flushall();
    await runner.setClock(NOW);
    counts = new RedisCounts({ run: runner.run, keyPrefix: "t:", owner: OWNER });
  });

  const exceeded = (per: BudgetSpec["per"], unit: "tokens" | "usd", until: string | undefined): AdmissionAnswer => {
    const seconds = until === undefined ? undefined : Math.ceil((Date.parse(`${until}T00:00:00Z`) - NOW) / 1000);
    return { kind: "budget_exceeded", retryAfterSeconds: seconds, per, unit, at: NOW };
  };

  const LIMITS: readonly [string, Partial<AdmissionRequest>, AdmissionAnswer][] = [
    [
      "the rate of the route",
      { routeRate: EVERY_LIMIT.routeRate },
      { kind: "rate_limited", by: "route", retryAfterSeconds: 50 },
    ],
    ["the rate of the subject", { ratePerMinute: 2 }, { kind: "rate_limited", by: "subject", retryAfterSeconds: 50 }],
    [
      "tokens per minute",
      use({ tokens: 5, ticks: 0 }, [], 10),
      { kind: "rate_limited", by: "tokens", retryAfterSeconds: 50 },
    ],
    ["tokens a day", use({ tokens: 5, ticks: 0 }, [budget("day", 14)]), exceeded("day", "tokens", "2026-11-28")],
    ["USD a week", use({ tokens: 5, ticks: 3 }, [budget("week", 20, 6)]), exceeded("week", "usd", "2026-11-30")],
    ["tokens a month", use({ tokens: 5, ticks: 0 }, [budget("month", 10)]), exceeded("month", "tokens", "2026-12-01")],
    [
      "USD in total",
      use({ tokens: 5, ticks: (MOST - 1) / 2 }, [budget("total", 15, MOST)]),
      exceeded("total", "usd", undefined),
    ],
    [
      "several budgets: the one that refuses the longest",
      use({ tokens: 5, ticks: 1 }, [budget("day", 10), budget("month", 10, 2), budget("week", 10)]),
      exceeded("month", "usd", "2026-12-01"),
    ],
    [
      "what is reserved, though nothing is used",
      use({ tokens: 0, ticks: 0 }, [budget("day", 1)]),
      { kind: "admitted", at: NOW },
    ],
    ["slots of all requests", { downstreamMax: 2 }, { kind: "full", what: "downstream" }],
    ["slots of the subject", { subjectMax: 2 }, { kind: "full", what: "subject" }],
    ["slots of an upstream", { gate: EVERY_LIMIT.gate }, { kind: "full", what: "gate" }],
    ["no limit", {}, { kind: "admitted", at: NOW }],
  ];

  it.each(LIMITS)("is limited by %s", async (_, limits, third) => {
    expect(await counts.admit(request(limits))).toEqual({ kind: "admitted", at: NOW });
    expect(await counts.admit(request(limits))).toEqual({ kind: "admitted", at: NOW });
    const before = await dumpOf(runner.redis);
    expect(await counts.admit(request(limits))).toEqual(third);
    if (third.kind !== "admitted") expect(await dumpOf(runner.redis)).toEqual(before);
  });

  const TOO_LARGE: readonly [Partial<AdmissionRequest>, AdmissionAnswer][] = [
    [use({ tokens: 11, ticks: 0 }, [budget("day", 10)]), { kind: "too_large", per: "day", unit: "tokens" }],
    [use({ tokens: 11, ticks: 11 }, [budget("week", 10, 10)]), { kind: "too_large", per: "week", unit: "usd" }],
    [use({ tokens: 11, ticks: 0 }, [], 10), { kind: "too_large", per: "minute", unit: "tokens" }],
    [use({ tokens: 11, ticks: 0 }, [budget("total", 10)], 10), { kind: "too_large", per: "total", unit: "tokens" }],
  ];

  it.each(TOO_LARGE)("is refused for good where the estimate is larger than a limit: %j", async (limits, answer) => {
    await spend(10, 10);
    expect(await counts.admit(request({ ...limits, subjectMax: 1 }))).toEqual(answer);
    expect(await counts.admit(request({ ...limits, routeRate: { routeId: "r", perMinute: 0 } }))).toMatchObject({
      by: "route",
    });
  });

  it("names the first of several limits that refuse, in their order", async () => {
    const full = {
      ...EVERY_LIMIT,
      use: { ...EVERY_LIMIT.use, limits: { budgets: [budget("day", 200)], tokensPerMinute: 200 } },
    };
    await counts.admit(request(full));
    await counts.admit(request(full));
    const before = await dumpOf(runner.redis);
    const answers: string[] = [];
    let limits: Partial<AdmissionRequest> = full;
    const without = (key: keyof AdmissionRequest): void => {
      limits = { ...limits, [key]: undefined };
    };
    const ask = async (): Promise<void> => {
      const answer = await counts.admit(request(limits));
      answers.push(answer.kind === "rate_limited" ? answer.by : answer.kind === "full" ? answer.what : answer.kind);
    };
    await ask();
    without("routeRate");
    await ask();
    without("ratePerMinute");
    await ask();
    limits = { ...limits, ...use({ tokens: 100, ticks: 0 }, [], 200) };
    await ask();
    without("use");
    await ask();
    without("downstreamMax");
    await ask();
    without("subjectMax");
    await ask();
    expect(answers).toEqual(["route", "subject", "budget_exceeded", "tokens", "downstream", "subject", "gate"]);
    expect(await dumpOf(runner.redis)).toEqual(before);
  });

  it.each([
    ["tokens", budget("day", 10)],
    ["usd", budget("day", undefined, 10)],
  ] as const)("needs something to be left, even for an estimate of 0: %s", async (unit, spec) => {
    await spend(9, 9);
    expect(await counts.admit(request(use({ tokens: 0, ticks: 0 }, [spec], 10)))).toEqual({
      kind: "admitted",
      at: NOW,
    });
    await spend(10, 10);
    expect(await counts.admit(request(use({ tokens: 0, ticks: 0 }, [spec])))).toEqual(
      exceeded("day", unit, "2026-11-28"),
    );
  });

  it("counts what is used up to the largest exact number", async () => {
    const limits = use({ tokens: 1, ticks: 1 }, [budget("total", MOST, MOST)]);
    await spend(MOST - 3, MOST - 1);
    const [again] = await counts.publish("client alice", [{ day: DAY, tokens: MOST - 2, ticks: MOST - 1 }]);
    expect(again?.added).toEqual({ tokens: 1, ticks: 0 });
    expect((await counts.used("client alice")).of("total", "tokens").settled).toBe(MOST - 2);
    expect(await counts.admit(request(limits))).toEqual({ kind: "admitted", at: NOW });
    expect(await counts.admit(request(limits))).toEqual(exceeded("total", "usd", undefined));
    await spend(MOST, MOST);
    await counts.publish("client alice", [{ day: DAY, tokens: MOST, ticks: MOST }], "2");
    expect((await counts.used("client alice")).of("month", "usd")).toEqual({ settled: MOST, reserved: 1 });
  });

  it.each([
    ["a day later", "2026-11-28T00:00:00Z", ["week", "month"]],
    ["in the next week", "2026-11-30T00:00:00Z", ["month"]],
    ["in the next month, which is in the same week", "2026-12-01T00:00:00Z", []],
  ] as const)("has new budgets %s", async (_, then, still) => {
    await runner.setClock(Date.parse(then) - 1);
    const day = Math.floor((Date.parse(then) - 1) / 86_400_000);
    await spend(10, 10, DAY);
    await spend(10, 10, day);
    const ask = async (per: BudgetSpec["per"]): Promise<string> =>
      (await counts.admit(request(use({ tokens: 1, ticks: 1 }, [budget(per, 10)])))).kind;
    for (const per of ["day", "week", "month", "total"] as const) expect(await ask(per)).toBe("budget_exceeded");
    await runner.setClock(Date.parse(then));
    expect(await ask("day")).toBe("admitted");
    expect(await ask("week")).toBe(
      (still as readonly string[]).includes("week") || then.startsWith("2026-12") ? "budget_exceeded" : "admitted",
    );
    expect(await ask("month")).toBe((still as readonly string[]).includes("month") ? "budget_exceeded" : "admitted");
    expect(await ask("total")).toBe("budget_exceeded");
  });

  it.each([
    ["a little", -11_000, "rate_limited", 60],
    ["by more than a minute", -71_000, "admitted", undefined],
    ["by a year", -365 * 86_400_000, "admitted", undefined],
  ])("when the clock is set back %s", async (_, ms, kind, retryAfterSeconds) => {
    await counts.admit(request({ ratePerMinute: 1 }));
    await runner.setClock(NOW + ms);
    expect(await counts.admit(request({ ratePerMinute: 1 }))).toMatchObject({
      kind,
      ...(retryAfterSeconds && { retryAfterSeconds }),
    });
  });

  it("leaves nothing behind that lasts, apart from usage", async () => {
    await counts.admit(request(EVERY_LIMIT));
    await counts.undo(request(EVERY_LIMIT));
    const names = await runner.redis.keys("t:*");
    expect(names.length).toBe(6);
    for (const name of names) {
      const lasts = await runner.redis.pttl(name);
      const longest = name.endsWith(":minute") ? 120_000 : 3_600_000;
      expect([name, lasts > 0 && lasts <= longest]).toEqual([name, true]);
    }
    await spend(1, 1);
    expect(await runner.redis.pttl("t:{client:alice}:usage")).toBe(-1);
  });
});
