// Checks that budgets over two gateways, Redis and both ledgers agree to the token, whoever starts again and whatever is lost.

import { describe, expect, it } from "vitest";
import { hasRedis } from "../support/redis.ts";
import { startWorld, USED, type World, type WorldConfig } from "./world.ts";

const BUDGET: WorldConfig = { a: "budgets: [{per: total, tokens: 100000}, {per: day, tokens: 50000}]" };

async function use(world: World, count: number): Promise<void> {
  for (let i = 0; i < count; i++) expect((await world.ask(i % 2)).status).toBe(200);
}

/** Ends a gateway, and starts another one with the same ledger in its place. */
async function startAgain(world: World, index: number, config: WorldConfig): Promise<void> {
  await world.gateways[index]?.close();
  const dir = world.dirs[index];
  const gateway = await world.start(config, dir);
  world.gateways.pop();
  world.dirs.pop();
  world.gateways[index] = gateway;
}

describe.skipIf(!hasRedis)("budgets over two gateways", () => {
  it("are counted once when a gateway starts again", async () => {
    const world = await startWorld(BUDGET);
    await use(world, 4);
    for (const [round, index] of [0, 1, 0].entries()) {
      await startAgain(world, index, BUDGET);
      await world.expectCharged("a", (4 + 2 * round) * USED);
      await use(world, 2);
    }
    await world.expectIdle();
    await world.expectCharged("a", 10 * USED);
  });

  it("are put back from the ledgers when Redis comes back empty, with streams under way", async () => {
    const world = await startWorld(BUDGET);
    await use(world, 6);
    await world.redis.kill();
    await world.redis.restart();
    for (const index of [0, 1]) await startAgain(world, index, BUDGET);
    // Nothing but the ledgers knew of it.
    await world.expectCharged("a", 6 * USED);
    await use(world, 2);
    const streams = [world.ask(0, { hold: "stream" }), world.ask(1, { hold: "stream" })];
    await world.untilHeld(2);
    for (let round = 0; round < 2; round++) {
      await world.redis.kill();
      await world.untilUp(false);
      await use(world, 2);
      await world.redis.restart();
      await world.untilUp(true);
      expect(await world.taken()).toContain("{client:a}:slots 2");
    }
    await world.expectCharged("a", 12 * USED);
    world.release();
    for (const stream of streams) expect((await stream).status).toBe(200);
    await world.expectIdle();
    await world.expectCharged("a", 14 * USED);
  });

  it("know what a client had used before a reload gave it a budget", async () => {
    const world = await startWorld({});
    await use(world, 10);
    expect(await world.used("a")).toBe(0);
    const budget: WorldConfig = { a: `budgets: [{per: total, tokens: ${10 * USED + 10}}]` };
    world.gateways[1]?.swap(world.text(budget, 1));
    await expect.poll(() => world.used("a")).toBe(5 * USED);
    world.gateways[0]?.swap(world.text(budget, 0));
    expect(await world.ask(0)).toMatchObject({ status: 429, code: "budget_exceeded" });
    await world.expectCharged("a", 10 * USED);
    await world.expectIdle();
  });

  it("warn once, also when Redis comes back empty", async () => {
    const budget: WorldConfig = { a: `budgets: [{per: total, tokens: ${20 * USED}}]` };
    const world = await startWorld(budget);
    const percents = (): unknown[] =>
      world.gateways
        .flatMap(({ logs }) => logs.filter(({ msg }) => msg === "budget used"))
        .map(({ percent }) => Number(percent))
        .sort((a, b) => a - b);
    await use(world, 15);
    expect(percents()).toEqual([]);
    await use(world, 4);
    await expect.poll(() => world.used("a")).toBe(19 * USED);
    await expect.poll(percents).toEqual([80, 90]);
    await world.redis.kill();
    await world.redis.restart();
    await world.untilUp(true);
    await expect.poll(() => world.used("a")).toBe(19 * USED);
    await use(world, 1);
    await expect.poll(percents).toEqual([80, 90, 100]);
    for (const index of [0, 1]) expect(await world.ask(index)).toMatchObject({ status: 429, code: "budget_exceeded" });
    await world.expectCharged("a", 20 * USED);
    expect(percents()).toEqual([80, 90, 100]);
  });

  it("are charged with what ends in the moment in which the gateway stops", async () => {
    const world = await startWorld(BUDGET);
    const streams = [0, 1, 0, 1].map((index) => world.ask(index, { hold: "stream" }));
    await world.untilHeld(4);
    const ended = Promise.allSettled(streams);
    const stopped = world.gateways.map((gateway) => gateway.close());
    await Promise.all(stopped);
    await ended;
    expect(await world.taken()).toEqual([]);
    await world.expectCharged("a", world.charged("a"));
  });
});
