// Checks on a Redis Cluster of one node what works there: limits of a subject, and all limits where the prefix has a hash tag.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RedisCounts } from "../../src/runtime/limits/redis/redis-counts.ts";
import { hasRedis, startRedis, type TestRedis } from "../support/redis.ts";
import { dumpOf, ScriptRunner } from "./redis-clock.ts";
import { EVERY_LIMIT, request } from "./request.ts";

const DAY = Math.floor(Date.now() / 86_400_000);
const CHARGE = { day: DAY, tokens: 1, ticks: 1 };
const { routeRate, ratePerMinute, use, subjectMax, downstreamMax, gate } = EVERY_LIMIT;
const OF_SUBJECT = { routeRate, ratePerMinute, use, subjectMax };
const SUBJECTS = ["client alice", "client bob", "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"];

describe.skipIf(!hasRedis)("on Redis Cluster", () => {
  const folder = mkdtempSync(join(tmpdir(), "cluster-"));
  let redis: TestRedis;
  let runner: ScriptRunner;

  beforeAll(async () => {
    redis = await startRedis(["--cluster-enabled", "yes", "--dir", folder]);
    runner = new ScriptRunner(redis.port, "redis");
    redis.cli("cluster", "addslotsrange", "0", "16383");
    while (!redis.cli("cluster", "info").includes("cluster_state:ok"))
      await new Promise((resolve) => setTimeout(resolve, 20));
  });
  afterAll(async () => {
    runner?.close();
    await redis?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await runner.redis.flushall();
  });

  const countsWith = (keyPrefix: string): RedisCounts =>
    new RedisCounts({ run: runner.run, keyPrefix, owner: { ledger: "l", run: "r", process: "p" } });

  it("all calls work that are about one subject, or about one upstream", async () => {
    const counts = countsWith("gw:");
    for (const subject of SUBJECTS) {
      const made = request({ ...OF_SUBJECT, subject });
      expect((await counts.admit(made)).kind).toBe("admitted");
      await counts.renew({ kind: "subject", subject }, [{ id: made.id, reserved: CHARGE }]);
      const ended = { id: made.id, subject, downstream: false, used: CHARGE, charged: CHARGE };
      expect((await counts.end(ended))?.added.tokens).toBe(1);
      await counts.publish(subject, [{ ...CHARGE, tokens: 2 }]);
      await counts.restore(subject, { total: CHARGE, days: [] });
      expect((await counts.used(subject)).of("total", "tokens")).toEqual({ settled: 3, reserved: 0 });
      await counts.undo(request({ ...OF_SUBJECT, subject }));
    }
    expect(await counts.enter(gate, "x")).toBe(true);
    await counts.renew({ kind: "gate", key: gate.key }, [{ id: "x", reserved: undefined }]);
    await counts.renew({ kind: "downstream" }, [{ id: "x", reserved: undefined }]);
    await counts.leave(gate.key, "x");
  });

  it.each([
    ["slots of all requests", { ratePerMinute, downstreamMax }],
    ["slots of an upstream", { ratePerMinute, gate }],
  ])("a request with %s can't be decided, and changes nothing", async (_, limits) => {
    const counts = countsWith("gw:");
    await expect(counts.admit(request(limits))).rejects.toThrow("CROSSSLOT");
    await expect(counts.undo(request(limits))).rejects.toThrow("CROSSSLOT");
    const ended = { id: "x", subject: "client alice", downstream: true, used: undefined, charged: undefined };
    await expect(counts.end(ended)).rejects.toThrow("CROSSSLOT");
    expect(await dumpOf(runner.redis)).toEqual({});
  });

  it("everything works where the prefix has a hash tag", async () => {
    const counts = countsWith("gw:{team}:");
    for (const subject of SUBJECTS) {
      const made = request({ ...EVERY_LIMIT, subject });
      expect((await counts.admit(made)).kind).toBe("admitted");
      await counts.undo(request({ ...EVERY_LIMIT, subject }));
      await counts.end({ id: made.id, subject, downstream: true, used: CHARGE, charged: CHARGE });
      await counts.leave(gate.key, made.id);
      expect((await counts.used(subject)).of("day", "usd")).toEqual({ settled: 1, reserved: 0 });
    }
    const keys = await runner.redis.keys("*");
    const slots = await Promise.all(keys.map((key) => runner.redis.cluster("KEYSLOT", key)));
    expect(new Set(slots).size).toBe(1);
  });
});
