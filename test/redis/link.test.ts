// Checks the link to Redis on a real one: calls, outages, and what happens to the calls that are under way.

import { describe, expect, it, onTestFinished } from "vitest";
import { hasRedis, startRedis, type TestRedis } from "../support/redis.ts";
import { COUNT, QUICK, recordedLink, timed } from "../support/redis-link.ts";

/** What a busy machine may add to a time limit, ms. */
const SLACK = 1000;

async function redis(options: readonly string[] = []): Promise<TestRedis> {
  const server = await startRedis(options);
  onTestFinished(() => server.close());
  return server;
}

function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe.skipIf(!hasRedis)("the link to Redis", () => {
  it("runs scripts, and hands over what they return", async () => {
    const { link, told } = await recordedLink((await redis()).url);
    const script = { name: "echo", lua: "return {KEYS[1], ARGV[1], tonumber(ARGV[2]), {false, ''}}" };
    expect(await link.run(script, ["key"], ["é\r\n", 3])).toEqual(["key", "é\r\n", 3, [null, ""]]);
    expect(link.up).toBe(true);
    expect(told).toEqual(["up"]);
  });

  it("sends the text of a script only when Redis does not know it", async () => {
    const server = await redis();
    const { link, told } = await recordedLink(server.url);
    const evals = (name: string): number =>
      Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(server.cli("info", "commandstats"))?.[1] ?? 0);
    const before = evals("eval");
    const values = await Promise.all(Array.from({ length: 50 }, () => link.run(COUNT, ["test:n"], [])));
    expect(values.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(evals("eval") - before).toBe(1);
    server.cli("script", "flush");
    const more = await Promise.all(Array.from({ length: 50 }, () => link.run(COUNT, ["test:n"], [])));
    expect(new Set(more).size).toBe(50);
    expect(evals("eval") - before).toBe(2);
    expect(server.cli("get", "test:n")).toBe("100");
    expect(told).toEqual(["up"]);
  });

  it("gives a frozen Redis no more than the time limit, and finds out that it is back", async () => {
    const server = await redis();
    const { link, told, ups } = await recordedLink(server.url, QUICK);
    expect((await timed(link)).value).toBe(1);
    server.freeze();
    const calls = await Promise.all([timed(link), timed(link), timed(link)]);
    for (const { error, ms } of calls) {
      expect(error).toMatchObject({ message: "no answer within 250 ms", mayHaveRun: true });
      expect(ms).toBeGreaterThan(QUICK.timeoutMs - 2);
      expect(ms).toBeLessThan(QUICK.timeoutMs + SLACK);
    }
    expect(link.up).toBe(false);
    // Fails before any timer can fire.
    const order: string[] = [];
    setImmediate(() => order.push("turn"));
    await timed(link).then(({ error }) => order.push(String(error?.mayHaveRun)));
    expect(order).toEqual(["false"]);
    server.thaw();
    await ups(2);
    // The calls that had been sent have run.
    expect(Number((await timed(link)).value)).toBe(5);
    expect(told).toEqual(["up", "away: no answer within 250 ms", "up"]);
  });

  it("loses the connection when Redis ends, and works with an empty one", async () => {
    const server = await redis();
    const { link, told, aways, ups } = await recordedLink(server.url);
    await timed(link);
    await server.kill();
    await aways(1);
    expect((await timed(link)).error).toMatchObject({ mayHaveRun: false });
    await server.restart();
    await ups(2);
    expect((await timed(link)).value).toBe(1);
    expect(told).toEqual(["up", "away: the connection was closed", "up"]);
  });

  it("is away from the start when Redis is down, and is up when Redis comes", async () => {
    const server = await redis();
    await server.kill();
    const { link, told, openedAfter, ups } = await recordedLink(server.url, QUICK);
    expect(openedAfter).toBeLessThan(QUICK.timeoutMs + SLACK);
    expect(link.up).toBe(false);
    expect(told).toEqual(["away: can't connect (ECONNREFUSED)"]);
    await server.restart();
    await ups(1);
    expect(told).toEqual(["away: can't connect (ECONNREFUSED)", "up"]);
  });

  it("does not wait longer than a call may take for a Redis that is frozen at the start", async () => {
    const server = await redis();
    server.freeze();
    const { link, told, openedAfter, ups } = await recordedLink(server.url, QUICK);
    expect(openedAfter).toBeLessThan(QUICK.timeoutMs + SLACK);
    expect(link.up).toBe(false);
    expect(told).toHaveLength(1);
    server.thaw();
    await ups(1);
    expect(told).toHaveLength(2);
  });

  it.each([
    ["before it is sent", async () => busy(350)],
    [
      "after it is sent",
      async () => {
        await turn();
        busy(350);
      },
    ],
    [
      "in many pieces",
      async () => {
        for (let i = 0; i < 10; i += 1) {
          await turn();
          busy(80);
        }
      },
    ],
  ])("does not blame Redis for work of our own: %s", async (_, work) => {
    const { link, told } = await recordedLink((await redis()).url, QUICK);
    await timed(link);
    const calls = [timed(link), timed(link)];
    await work();
    for (const { value } of await Promise.all(calls)) expect(value).toBeDefined();
    expect(told).toEqual(["up"]);
  });

  it("tells once of each refusal, and stays up", async () => {
    const server = await redis();
    const { link, told } = await recordedLink(server.url);
    server.cli("set", "test:list", "text");
    const wrong = { name: "wrong", lua: "return redis.call('lpush', KEYS[1], 'x')" };
    for (let i = 0; i < 3; i += 1) {
      expect((await timed(link, wrong, ["test:list"])).error).toMatchObject({ mayHaveRun: true });
    }
    await timed(link, { name: "broken", lua: "return nosuch.field" });
    expect(link.up).toBe(true);
    expect(told).toEqual([
      "up",
      expect.stringMatching(/^refused: another program uses keys with the same names/),
      expect.stringMatching(/^refused: a script failed in Redis: /),
    ]);
    expect(told.join()).not.toContain("test:list");
  });

  it("is away while Redis is full or runs a long script", async () => {
    const server = await redis(["--busy-reply-threshold", "50"]);
    const { link, told, ups } = await recordedLink(server.url, QUICK);
    await timed(link);
    server.cli("config", "set", "maxmemory", "1");
    expect((await timed(link)).error).toMatchObject({ message: "Redis has no memory left" });
    server.cli("config", "set", "maxmemory", "0");
    await ups(2);
    const loop = timed(link, { name: "loop", lua: "while true do end" });
    expect((await loop).error).toMatchObject({ mayHaveRun: true });
    server.cli("script", "kill");
    await ups(3);
    expect(told.filter((text) => text === "up")).toHaveLength(3);
  });

  it("tries a connection that nobody uses", async () => {
    const server = await redis();
    const { told, aways, ups } = await recordedLink(server.url, QUICK, { idle: 50, firstWait: 20, longestWait: 100 });
    server.freeze();
    await aways(1);
    expect(told).toEqual(["up", "away: no answer within 250 ms"]);
    server.thaw();
    await ups(2);
  });

  it("ends calls when it is closed, and stays closed", async () => {
    const server = await redis();
    const { link, told } = await recordedLink(server.url, QUICK);
    server.freeze();
    const sent = timed(link);
    await turn();
    const unsent = timed(link);
    await Promise.all([link.close(), link.close()]);
    expect((await sent).error).toMatchObject({ mayHaveRun: true });
    expect((await unsent).error).toMatchObject({ mayHaveRun: false });
    expect((await timed(link)).error).toMatchObject({ mayHaveRun: false });
    server.thaw();
    await link.close();
    expect(link.up).toBe(false);
    expect(told).toEqual(["up"]);
    expect(server.cli("client", "list").split("\n")).toHaveLength(1);
  });

  it("can be closed while it is away, and while it connects", async () => {
    const server = await redis();
    server.freeze();
    const { link, told } = await recordedLink(server.url, QUICK);
    await link.close();
    expect(told).toHaveLength(1);
    server.thaw();
  });
});
