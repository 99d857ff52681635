// Checks that a reload which adds, lowers, raises or removes a limit that two gateways share is exact at once for what is in flight.

import { describe, expect, it } from "vitest";
import { hasRedis } from "../support/redis.ts";
import { type Answer, startWorld, USED, type World, type WorldConfig } from "./world.ts";

interface Limit {
  readonly name: string;
  /** The config with the limit; `undefined`: without it. */
  config(max: number | undefined): WorldConfig;
  readonly code: string;
}

const BUDGET = "budgets: [{per: total, tokens: 100000}]";

const LIMITS: readonly Limit[] = [
  {
    name: "the slots of all requests",
    config: (max) => (max === undefined ? {} : { top: [`concurrency: {downstream_max_inflight: ${max}}`] }),
    code: "downstream_concurrency_exceeded",
  },
  {
    name: "the slots of a client",
    config: (max) => (max === undefined ? {} : { a: `max_inflight: ${max}` }),
    code: "client_concurrency_exceeded",
  },
  {
    name: "the slots of a client that has a budget",
    config: (max) => ({ a: max === undefined ? BUDGET : `max_inflight: ${max}, ${BUDGET}` }),
    code: "client_concurrency_exceeded",
  },
  {
    name: "the slots of an upstream key",
    config: (max) => (max === undefined ? {} : { top: [`concurrency: {upstream_per_key_max_inflight: ${max}}`] }),
    code: "upstream_concurrency_exceeded",
  },
];

describe.skipIf(!hasRedis)("a reload on two gateways with streams under way", () => {
  it.each(LIMITS)("changes $name", { timeout: 60_000 }, async ({ config, code }) => {
    const world = await startWorld(config(undefined));
    const streams: Promise<Answer>[] = [];
    const reload = (max: number | undefined, index: number): void => {
      world.gateways[index]?.swap(world.text(config(max), index));
    };
    /** @param adds the limit: then the second gateway has told Redis of its streams before the first one is asked */
    const reloadBoth = async (max: number | undefined, adds = false): Promise<void> => {
      reload(max, 1);
      const own = adds ? (world.gateways[1]?.host.inFlight ?? 0) : 0;
      await expect.poll(async () => slotsOf(await world.taken()), { interval: 10 }).toBeGreaterThanOrEqual(own);
      reload(max, 0);
    };
    /** Asks in parallel. Exactly as many pass as may. */
    const pass = async (count: number): Promise<void> => {
      streams.push(...(await asked(world, count, code)));
    };
    const end = async (count: number): Promise<void> => {
      const left = world.held.size - count;
      world.release(count);
      for (const { host } of world.gateways) expect(host.inFlight).toBeGreaterThan(0);
      await expect.poll(() => sum(world)).toBe(left);
      // The gateways tell Redis at once. This call comes after theirs.
      await expect.poll(async () => slotsOf(await world.taken()), { interval: 10 }).toBeLessThanOrEqual(left);
    };

    await unlimited(world, 6, streams);
    await reloadBoth(8, true);
    await pass(2);
    await reloadBoth(5);
    await pass(0);
    await end(4);
    await pass(1);
    await reloadBoth(7);
    await pass(2);
    await reloadBoth(undefined);
    await unlimited(world, 3, streams);
    await reloadBoth(11, true);
    await pass(1);
    await reloadBoth(12);
    await pass(1);

    world.release();
    expect(new Set((await Promise.all(streams)).map(({ status }) => status))).toEqual(new Set([200]));
    await world.expectIdle();
    if (config(1).a?.includes(BUDGET)) await world.expectCharged("a", streams.length * USED);
  });
});

/** Ten requests, at both gateways in turn. @returns those that the upstream holds */
async function asked(world: World, passing: number, code: string): Promise<Promise<Answer>[]> {
  const held = world.held.size;
  const ended = new Map<Promise<Answer>, Answer>();
  const answers = Array.from({ length: 10 }, (_, i) => world.ask(i % 2, { hold: i % 3 === 0 ? "stream" : "head" }));
  for (const answer of answers) answer.then((one) => ended.set(answer, one)).catch(() => {});
  await expect.poll(() => ended.size, { timeout: 15_000, interval: 5 }).toBe(10 - passing);
  await world.untilHeld(held + passing);
  for (const answer of ended.values()) expect(answer.code).toBe(code);
  return answers.filter((answer) => !ended.has(answer));
}

async function unlimited(world: World, count: number, streams: Promise<Answer>[]): Promise<void> {
  const held = world.held.size;
  streams.push(...Array.from({ length: count }, (_, i) => world.ask(i % 2, { hold: i % 3 === 0 ? "stream" : "head" })));
  await world.untilHeld(held + count);
}

function sum(world: World): number {
  return world.gateways.reduce((total, { host }) => total + host.inFlight, 0);
}

function slotsOf(taken: readonly string[]): number {
  const slots = taken.filter((line) => line.includes(":slots "));
  return Math.max(0, ...slots.map((line) => Number(line.split(" ")[1])));
}
