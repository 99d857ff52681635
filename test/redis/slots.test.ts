// Checks the slots of upstreams that two gateways share: in pools, with attempts that fail and move on, and for requests that wait.

import { describe, expect, it, onTestFinished } from "vitest";
import { hasRedis } from "../support/redis.ts";
import { startUpstream } from "../support/upstream.ts";
import { type Answer, startWorld, type World } from "./world.ts";

const PASSED: Partial<Answer> = { status: 200 };
const NO_SLOT: Partial<Answer> = { status: 503, code: "upstream_concurrency_exceeded" };

function queue(maxWaiting: number, timeoutMs: number): string {
  return `concurrency: {queue: {max_waiting: ${maxWaiting}, timeout_ms: ${timeoutMs}}}`;
}

function single(max: number): string[] {
  return [`    upstream: {base_url: "$UPSTREAM", upstream_key_max_inflight: ${max}}`];
}

/** A pool of `one` and `two`, in order. */
function pool(max: number): string[] {
  return [
    `    upstream: {upstream_key_max_inflight: ${max}, retry: {backoff_ms: 1, max_backoff_ms: 200, retry_on: ["503"]}}`,
    "    cooldown: {after_failures: 1000}",
    "    upstreams:",
    '      - {id: one, base_url: "$UPSTREAM/one"}',
    '      - {id: two, base_url: "$UPSTREAM/two"}',
  ];
}

async function untilWaiting(world: World, ...counts: readonly number[]): Promise<void> {
  for (const [index, count] of counts.entries()) {
    await expect.poll(() => world.gateways[index]?.limits.totals().waiting, { interval: 5 }).toBe(count);
  }
}

describe.skipIf(!hasRedis)("slots at an upstream over two gateways", () => {
  it("are exact in a pool, with attempts that fail and move on", { timeout: 60_000 }, async () => {
    const [max, all] = [3, 200];
    const counts = await Promise.all(
      ["one", "two", "three"].map(async (id, index) => {
        const count = { now: 0, most: 0, url: "" };
        let asked = index;
        const upstream = await startUpstream((req, res) => {
          req.resume();
          count.now++;
          count.most = Math.max(count.most, count.now);
          const status = asked++ % 3 === 0 ? 503 : 200;
          setTimeout(
            () => {
              count.now--;
              res.writeHead(status).end(id);
            },
            5 + (asked % 7),
          );
        });
        onTestFinished(() => upstream.close());
        count.url = upstream.url;
        return { id, count };
      }),
    );
    const world = await startWorld({
      top: [queue(all, 30_000)],
      up: [
        `    upstream: {upstream_key_max_inflight: ${max}, retry: {max_attempts: 4, backoff_ms: 2, max_backoff_ms: 200, retry_on: ["503"]}}`,
        "    balance: least_inflight",
        "    cooldown: {after_failures: 1000}",
        "    upstreams:",
        ...counts.map(({ id, count }) => `      - {id: ${id}, base_url: "${count.url}"}`),
      ],
    });
    const answers = await Promise.all(
      Array.from({ length: all }, (_, i) => world.ask(i % 2, {}).catch(() => undefined)),
    );
    const statuses = answers.map((answer) => answer?.status);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(all / 2);
    for (const { count } of counts) expect(count.most).toBeLessThanOrEqual(max);
    expect(Math.max(...counts.map(({ count }) => count.most))).toBe(max);
    await world.expectIdle();
  });

  it("go to waiters of the other gateway, first come first served", async () => {
    const world = await startWorld({ top: [queue(10, 30_000)], up: single(2) });
    const holders = [world.ask(1, { hold: "head" }), world.ask(1, { hold: "head" })];
    await world.untilHeld(2);
    const waiters: Promise<Answer>[] = [];
    for (const name of ["a", "b", "c", "d"]) {
      waiters.push(world.ask(0, { name }));
      await untilWaiting(world, waiters.length, 0);
    }
    const began = performance.now();
    world.release(1);
    expect(await Promise.all(waiters)).toMatchObject(waiters.map(() => PASSED));
    expect(performance.now() - began).toBeLessThan(2000);
    expect(world.arrived.slice(2)).toEqual([" a", " b", " c", " d"]);
    world.release();
    await Promise.all(holders);
    await world.expectIdle();
  });

  it("are waited for no longer than the queue allows, and by no client that has left", async () => {
    const world = await startWorld({ top: [queue(3, 700)], up: single(1) });
    const holder = world.ask(1, { hold: "head" });
    await world.untilHeld(1);
    const leaving = new AbortController();
    const left = world.ask(0, { signal: leaving.signal });
    const waiter = world.ask(0, {});
    await untilWaiting(world, 2, 0);
    leaving.abort();
    await expect(left).rejects.toThrow();
    await untilWaiting(world, 1, 0);
    const late = await waiter;
    expect(late).toMatchObject(NO_SLOT);
    expect(late.ms).toBeGreaterThanOrEqual(690);
    // A full queue refuses at once.
    const three = [0, 0, 0].map(() => world.ask(0, {}));
    await untilWaiting(world, 3, 0);
    expect(await world.ask(0, {})).toMatchObject(NO_SLOT);
    world.release();
    expect(await Promise.all(three)).toMatchObject(three.map(() => PASSED));
    expect(await holder).toMatchObject(PASSED);
    await world.expectIdle();
  });

  it("are not kept from the other gateway for a moment after they were refused", async () => {
    const world = await startWorld({ up: single(1) });
    for (let round = 0; round < 10; round++) {
      const holder = world.ask(1, { hold: "head" });
      await world.untilHeld(1);
      expect(await world.ask(0, {})).toMatchObject(NO_SLOT);
      const refusedAt = performance.now();
      world.release();
      expect(await holder).toMatchObject(PASSED);
      await expect.poll(() => world.gateways[1]?.host.inFlight, { interval: 1 }).toBe(0);
      await world.redisCli(["ping"]);
      const again = await world.ask(0, {});
      if (performance.now() - refusedAt < 40) expect(again).toMatchObject(PASSED);
    }
    await world.expectIdle();
  });

  it("are waited for by an attempt that moves to an upstream whose slots the other gateway has", async () => {
    const world = await startWorld({ top: [queue(5, 30_000)], up: pool(1) });
    const atOne = world.ask(1, { hold: "head", name: "h1" });
    await world.untilHeld(1);
    const atTwo = world.ask(1, { hold: "head", name: "h2" });
    await world.untilHeld(2);
    world.release(1);
    expect(await atOne).toMatchObject(PASSED);
    await expect.poll(async () => (await world.taken()).length).toBe(1);
    const moving = world.ask(0, { name: "m", fails: "/one" });
    await untilWaiting(world, 1, 0);
    expect(world.arrived).toEqual(["/one h1", "/two h2", "/one m"]);
    world.release();
    expect(await moving).toMatchObject(PASSED);
    expect(await atTwo).toMatchObject(PASSED);
    expect(world.arrived.at(-1)).toBe("/two m");
    await world.expectIdle();
  });

  it("are left by a client that leaves while its attempt waits for another upstream", async () => {
    const world = await startWorld({ top: [queue(5, 30_000)], up: pool(1) });
    const atOne = world.ask(1, { hold: "head" });
    await world.untilHeld(1);
    const atTwo = world.ask(1, { hold: "head" });
    await world.untilHeld(2);
    world.release(1);
    await atOne;
    await expect.poll(async () => (await world.taken()).length).toBe(1);
    const leaving = new AbortController();
    const moving = world.ask(0, { fails: "/one", signal: leaving.signal });
    await untilWaiting(world, 1, 0);
    leaving.abort();
    await expect(moving).rejects.toThrow();
    await untilWaiting(world, 0, 0);
    world.release();
    await atTwo;
    await world.expectIdle();
  });

  it("are waited for only by requests that their other limits let through", async () => {
    const world = await startWorld({ top: [queue(5, 30_000)], up: single(1), a: "max_inflight: 1" });
    const holder = world.ask(1, { hold: "head", client: "b" });
    await world.untilHeld(1);
    const waiter = world.ask(0, { client: "a" });
    await untilWaiting(world, 1, 0);
    expect(await world.ask(0, { client: "a" })).toMatchObject({ status: 429, code: "client_concurrency_exceeded" });
    expect(await world.ask(1, { client: "a" })).toMatchObject({ status: 429, code: "client_concurrency_exceeded" });
    await untilWaiting(world, 1, 0);
    world.release();
    expect(await waiter).toMatchObject(PASSED);
    expect(await holder).toMatchObject(PASSED);
    await world.expectIdle();
  });
});
