// Checks on a real Redis, by its own clock, that requests over several connections are admitted exactly up to the limit.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RedisCounts } from "../../src/runtime/limits/redis/redis-counts.ts";
import type { AdmissionRequest } from "../../src/runtime/limits/shared/shared-counts.ts";
import { hasRedis, startRedis, type TestRedis } from "../support/redis.ts";
import { dumpOf, ScriptRunner } from "./redis-clock.ts";
import { request } from "./request.ts";

const LIMIT = 37;
const ROOM = 10_000;
const estimate = { tokens: 10, ticks: 10 };

function budget(tokens: number, ticks: number): Partial<AdmissionRequest> {
  const budgets = [{ per: "week", maxTokens: tokens, maxTicks: ticks } as const];
  return { use: { estimate, limits: { tokensPerMinute: undefined, budgets } } };
}

const TIGHT: readonly [string, Partial<AdmissionRequest>][] = [
  ["the rate of a route", { routeRate: { routeId: "chat", perMinute: LIMIT } }],
  ["the rate of a subject", { ratePerMinute: LIMIT }],
  ["tokens per minute", { use: { estimate, limits: { tokensPerMinute: 10 * LIMIT + 9, budgets: [] } } }],
  ["a budget of tokens", budget(10 * LIMIT + 9, 100_000)],
  ["a budget of USD", budget(100_000, 10 * LIMIT)],
  ["slots of all requests", { downstreamMax: LIMIT }],
  ["slots of a subject", { subjectMax: LIMIT }],
  ["slots of an upstream", { gate: { key: "chat\nabc", max: LIMIT } }],
];

const WIDE: Partial<AdmissionRequest> = {
  routeRate: { routeId: "chat", perMinute: ROOM },
  ratePerMinute: ROOM,
  ...budget(10 * ROOM, 10 * ROOM),
  downstreamMax: ROOM,
  subjectMax: ROOM,
  gate: { key: "chat\nabc", max: ROOM },
};

describe.skipIf(!hasRedis)("400 requests at the same time", () => {
  let redis: TestRedis;
  let runners: ScriptRunner[] = [];
  let processes: RedisCounts[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    runners = [new ScriptRunner(redis.port, "redis"), new ScriptRunner(redis.port, "redis")];
    processes = runners.map(
      ({ run }, i) => new RedisCounts({ run, keyPrefix: "t:", owner: { ledger: "l", run: "r", process: String(i) } }),
    );
  });
  afterAll(async () => {
    for (const runner of runners) runner.close();
    await redis?.close();
  });
  beforeEach(async () => {
    await runners[0]?.redis.flushall();
    await awayFromMinuteEnd();
  });

  /** The test must not lie in two minutes. */
  async function awayFromMinuteEnd(): Promise<void> {
    const left = 60_000 - (Date.now() % 60_000);
    if (left < 3000) await new Promise((resolve) => setTimeout(resolve, left + 50));
  }

  async function admitted(requests: readonly AdmissionRequest[]): Promise<AdmissionRequest[]> {
    const answers = await Promise.all(requests.map((each, i) => processes[i % processes.length]?.admit(each)));
    return requests.filter((_, i) => answers[i]?.kind === "admitted");
  }

  it.each(TIGHT)("are admitted exactly up to %s, and the others change nothing", async (_, tight) => {
    const [first] = runners;
    if (first === undefined) throw new Error("no connection");
    const requests = Array.from({ length: 400 }, () => request({ ...WIDE, ...tight }));
    const passed = await admitted(requests);
    expect(passed.length).toBe(LIMIT);
    const before = await dumpOf(first.redis);
    expect(await admitted(Array.from({ length: 400 }, () => request({ ...WIDE, ...tight })))).toEqual([]);
    expect(await dumpOf(first.redis)).toEqual(before);
    await Promise.all(passed.map((each, i) => processes[i % processes.length]?.undo(each)));
    const after = await dumpOf(first.redis);
    expect(Object.keys(after)).toEqual(["t:{client:alice}:minute"]);
    expect(Object.values(Object(after["t:{client:alice}:minute"])).filter((value) => value !== "0").length).toBe(1);
    expect((await admitted(requests.map((each) => request({ ...each, id: `${each.id}-again` })))).length).toBe(LIMIT);
  });

  it("are settled exactly", async () => {
    const passed = await admitted(Array.from({ length: 400 }, () => request(WIDE)));
    const sums = [0, 0];
    const ends = passed.map(({ id, subject }, i) => {
      const process = i % 2;
      const tokens = (sums[process] ?? 0) + i;
      sums[process] = tokens;
      const charged = { day: Math.floor(Date.now() / 86_400_000), tokens, ticks: 2 * tokens };
      return processes[process]?.end({ id, subject, downstream: true, used: { tokens: i, ticks: 2 * i }, charged });
    });
    await Promise.all(ends);
    const usage = await processes[0]?.used("client alice");
    expect(usage?.of("total", "tokens")).toEqual({ settled: 79_800, reserved: 0 });
    expect(usage?.of("total", "usd")).toEqual({ settled: 159_600, reserved: 0 });
    expect(await runners[0]?.redis.hget("t:{client:alice}:minute", "t")).toBe("79800");
  });
});
