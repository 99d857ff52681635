// Checks what requests meet while Redis is away, and that nothing is lost, leaked or counted twice when it is back: each way to be away
// with each answer to it.

import { describe, expect, it, onTestFinished } from "vitest";
import { hasRedis, startRedis, type TestRedis } from "../support/redis.ts";
import { type Answer, startWorld, USED, type World, withinMinute } from "./world.ts";

type OnFailure = "local" | "closed" | "open";

interface Outage {
  readonly name: string;
  /** Makes Redis unusable. */
  begin(world: World): Promise<void> | void;
  /** Makes it usable again. @returns the Redis that is used from now on */
  end(world: World): Promise<TestRedis | undefined> | undefined;
  /** What Redis had counted in the minute is still there. */
  readonly keeps: boolean;
}

const OUTAGES: readonly Outage[] = [
  {
    name: "is stopped, and started again empty",
    begin: ({ redis }) => redis.stop(),
    end: ({ redis }) => back(redis.restart()),
    keeps: false,
  },
  {
    name: "is killed, and started again empty",
    begin: ({ redis }) => redis.kill(),
    end: ({ redis }) => back(redis.restart()),
    keeps: false,
  },
  {
    name: "takes 500 ms for an answer",
    begin: ({ relay }) => relay.delay(500),
    end: ({ relay }) => {
      relay.delay(0);
      return undefined;
    },
    keeps: true,
  },
  {
    name: "is frozen, and goes on",
    begin: ({ redis }) => redis.freeze(),
    end: ({ redis }) => {
      redis.thaw();
      return undefined;
    },
    keeps: true,
  },
  {
    name: "dies, and a replica takes over",
    begin: async ({ redis, relay }) => {
      const replica = await startRedis(["--replicaof", `127.0.0.1 ${redis.port}`]);
      onTestFinished(() => replica.close());
      await expect.poll(() => replica.cli("info", "replication"), { timeout: 15_000 }).toContain("link_status:up");
      await expect.poll(() => replica.cli("dbsize")).toBe(redis.cli("dbsize"));
      replicas.set(redis, replica);
      await redis.kill();
      relay.cut();
    },
    end: async ({ redis, relay }) => {
      const replica = replicas.get(redis);
      replica?.cli("replicaof", "no", "one");
      relay.switchTo(replica?.port ?? 0);
      return replica;
    },
    keeps: true,
  },
];

const replicas = new WeakMap<TestRedis, TestRedis>();

async function back(restarted: Promise<void>): Promise<undefined> {
  await restarted;
}

const LIMITS = {
  a: "max_inflight: 4, rate_limit: {per_minute: 500, tokens_per_minute: 100000}, budgets: [{per: total, tokens: 100000}]",
} as const;

/** A request that waits for Redis longer than this hangs. `timeout_ms` is 450. */
const LONG_MS = 2500;

const PASSED: Partial<Answer> = { status: 200 };
const FULL: Partial<Answer> = { status: 429, code: "client_concurrency_exceeded" };

describe.skipIf(!hasRedis)("Redis", () => {
  const cases = OUTAGES.flatMap((outage) =>
    (["local", "closed", "open"] as const).map((mode) => ({ ...outage, outage, mode })),
  );
  it.each(cases)("$name, with on_failure $mode", { timeout: 60_000 }, async ({ outage, mode }) => {
    const world = await startWorld({ ...LIMITS, state: `timeout_ms: 450, on_failure: ${mode}` });
    await withinMinute(10_000);
    const before = await firstTwo(world);
    expect(await world.taken()).toEqual(["{client:a}:held 3", "{client:a}:slots 2"]);

    await outage.begin(world);
    const meanwhile = await askMeanwhile(world, mode);
    for (const index of [0, 1]) {
      expect(world.told(index)).toEqual({ away: 1, used: 1 });
      expect(await world.metric(index, "gateway_state_up")).toBe(0);
      expect(await world.metric(index, "gateway_state_fallback_total")).toBeGreaterThanOrEqual(5);
    }
    // One that was admitted before ends while Redis is away.
    world.release(1);
    expect(await before[0]).toMatchObject(PASSED);

    const redis = (await outage.end(world)) ?? world.redis;
    await world.untilUp(true);
    for (const index of [0, 1]) expect(world.told(index)).toEqual({ away: 1, used: 2 });
    const inFlight = 1 + meanwhile.length;
    expect(await world.taken(redis)).toEqual([`{client:a}:held ${inFlight + 1}`, `{client:a}:slots ${inFlight}`]);
    expect(await world.inMinute("a", "n", redis)).toBe(outage.keeps ? 2 : 0);

    // What was admitted meanwhile counts, also beyond the limit.
    const after = inFlight < 4 ? [await world.ask(0), await world.ask(1)] : [];
    expect(after).toMatchObject(after.map(() => PASSED));
    if (inFlight >= 4) expect(await world.ask(0)).toMatchObject(FULL);
    expect(await world.inMinute("a", "n", redis)).toBe((outage.keeps ? 2 : 0) + after.length);

    world.release();
    expect(await Promise.all(meanwhile)).toMatchObject(meanwhile.map(() => PASSED));
    expect(await before[1]).toMatchObject(PASSED);
    await world.expectIdle(redis);
    await world.expectCharged("a", (2 + meanwhile.length + after.length) * USED, redis);
    for (const index of [0, 1]) expect(world.told(index)).toEqual({ away: 1, used: 2 });
  });

  it("forgets its scripts: nobody notices", async () => {
    const world = await startWorld(LIMITS);
    await withinMinute();
    const before = await firstTwo(world);
    world.redis.cli("script", "flush");
    const after = [0, 1, 0, 1, 0, 1].map((index) => world.ask(index, { hold: "head" }));
    await world.untilHeld(4);
    world.redis.cli("script", "flush");
    world.release();
    const answers = await Promise.all([...before, ...after]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
    expect(answers.filter(({ code }) => code === FULL.code)).toHaveLength(4);
    await world.expectIdle();
    await world.expectCharged("a", 4 * USED);
    expect(await world.inMinute("a", "n")).toBe(4);
    for (const index of [0, 1]) {
      expect(world.told(index)).toEqual({ away: 0, used: 1 });
      expect(await world.metric(index, "gateway_state_fallback_total")).toBe(0);
    }
  });
});

/** A request at each gateway, which the upstream holds. The upstream got that of the first gateway first. */
async function firstTwo(world: World): Promise<Promise<Answer>[]> {
  const first = world.ask(0, { hold: "stream" });
  await world.untilHeld(1);
  const second = world.ask(1, { hold: "head" });
  await world.untilHeld(2);
  return [first, second];
}

/** Asks both gateways while Redis is away. @returns the requests that wait at the upstream then */
async function askMeanwhile(world: World, mode: OnFailure): Promise<Promise<Answer>[]> {
  const began = performance.now();
  const held = world.held.size;
  // Each gateway has one request of 4 in flight by its own counts.
  const asked = [0, 1].flatMap((index) => Array.from({ length: 5 }, () => world.ask(index, { hold: "head" })));
  const ended = new Map<Promise<Answer>, Answer>();
  for (const answer of asked) answer.then((one) => ended.set(answer, one)).catch(() => {});
  const passing = { local: 6, closed: 0, open: 10 }[mode];
  await expect.poll(() => ended.size, { timeout: 15_000, interval: 5 }).toBe(10 - passing);
  await world.untilHeld(held + passing);
  expect(performance.now() - began).toBeLessThan(LONG_MS);
  for (const answer of ended.values()) {
    if (mode === "local") expect(answer).toMatchObject(FULL);
    else expect(answer).toMatchObject({ status: 503, code: "state_unavailable", retryAfter: expect.any(String) });
  }
  // Who has no limits does not notice.
  for (const index of [0, 1]) expect(await world.ask(index, { client: "free" })).toMatchObject(PASSED);
  return asked.filter((answer) => !ended.has(answer));
}
