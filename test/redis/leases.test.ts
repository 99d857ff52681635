// Checks on a real Redis how slots and reservations end: given back, undone, renewed, or left by a process that died.

import { describe, expect, it } from "vitest";
import type { AdmissionRequest } from "../../src/runtime/limits/shared/shared-counts.ts";
import { hasRedis } from "../support/redis.ts";
import { dumpOf } from "./redis-clock.ts";
import { EVERY_LIMIT, request } from "./request.ts";
import { NOW, redisScene, TODAY } from "./scene.ts";

const ALICE = "client alice";
const GATE = EVERY_LIMIT.gate;
const LEASE = 30_000;
const RESERVED = { day: TODAY, tokens: 100, ticks: 50 };

describe.skipIf(!hasRedis)("slots and reservations in Redis", () => {
  const scene = redisScene();

  const reserved = async (): Promise<number[]> => {
    const usage = await scene.as().used(ALICE);
    return (["day", "week", "month", "total"] as const).map((per) => usage.of(per, "tokens").reserved);
  };

  const admit = async (limits: Partial<AdmissionRequest> = EVERY_LIMIT): Promise<AdmissionRequest> => {
    const made = request(limits);
    expect(await scene.as().admit(made)).toMatchObject({ kind: "admitted" });
    return made;
  };

  const end = (made: AdmissionRequest, tokens?: number) =>
    scene.as().end({
      id: made.id,
      subject: ALICE,
      downstream: true,
      used: tokens === undefined ? undefined : { tokens, ticks: 1 },
      charged: tokens === undefined ? undefined : { day: TODAY, tokens, ticks: 1 },
    });

  it("are taken together and given back once", async () => {
    const made = await admit();
    await admit();
    expect(await reserved()).toEqual([200, 200, 200, 200]);
    const effect = await end(made, 30);
    expect([effect?.day, effect?.added, effect?.used("month", "tokens")]).toEqual([
      TODAY,
      { tokens: 30, ticks: 1 },
      30,
    ]);
    expect((await end(made, 30))?.added).toEqual({ tokens: 0, ticks: 0 });
    await scene.as().leave(GATE.key, made.id);
    await scene.as().leave(GATE.key, made.id);
    expect(await reserved()).toEqual([100, 100, 100, 100]);
    for (const set of ["{client:alice}:slots", "{downstream}:slots"])
      expect(await scene.runner.redis.zcard(`t:${set}`)).toBe(1);
  });

  it("leave nothing behind but usage when all have ended", async () => {
    for (const made of [await admit(), await admit()]) {
      expect(await end(made, undefined)).toBeUndefined();
      await scene.as().leave(GATE.key, made.id);
    }
    expect(Object.keys(await dumpOf(scene.runner.redis))).toEqual(["t:{client:alice}:minute"]);
  });

  it("correct the tokens of their own minute, once, and of no other", async () => {
    const limits = { use: { estimate: { tokens: 100, ticks: 0 }, limits: { tokensPerMinute: 150, budgets: [] } } };
    const first = await admit(limits);
    const kind = async (): Promise<string> => (await scene.as().admit(request(limits))).kind;
    expect(await kind()).toBe("rate_limited");
    await end(first, 30);
    await end(first, 30);
    const second = await admit(limits);
    expect(await kind()).toBe("rate_limited");
    await scene.runner.setClock(NOW + 60_000);
    await admit(limits);
    await end(second, 0);
    expect(await kind()).toBe("rate_limited");
  });

  it("are given back when a process died, at the end of the lease and not before", async () => {
    await admit();
    await admit();
    await scene.runner.setClock(NOW + LEASE - 1);
    expect(await reserved()).toEqual([200, 200, 200, 200]);
    expect(await scene.as().admit(request({ downstreamMax: 2 }))).toEqual({ kind: "full", what: "downstream" });
    expect(await scene.as().enter(GATE, "x")).toBe(false);
    await scene.runner.setClock(NOW + LEASE);
    expect(await scene.as().admit(request({ downstreamMax: 1, subjectMax: 1, gate: GATE }))).toMatchObject({
      kind: "admitted",
    });
    expect(await reserved()).toEqual([0, 0, 0, 0]);
  });

  it("of thousands of exchanges are given back at once", async () => {
    const slots = Array.from({ length: 10_001 }, (_, i) => ({
      id: `many-${i}`,
      reserved: { day: TODAY - (i % 2), tokens: 1, ticks: 2 },
    }));
    await scene.as().renew({ kind: "subject", subject: ALICE }, slots);
    expect(await reserved()).toEqual([5001, 10_001, 10_001, 10_001]);
    await scene.runner.setClock(NOW + LEASE);
    expect(await scene.as().admit(request({ subjectMax: 1 }))).toMatchObject({ kind: "admitted" });
    expect(await scene.runner.redis.exists("t:{client:alice}:held")).toBe(0);
  });

  it("are not given back twice when an exchange ends after its lease", async () => {
    const made = await admit();
    await scene.runner.setClock(NOW + LEASE);
    await admit();
    expect(await reserved()).toEqual([100, 100, 100, 100]);
    expect((await end(made, 70))?.added.tokens).toBe(70);
    expect(await reserved()).toEqual([100, 100, 100, 100]);
  });

  it("stay as long as they are renewed, and are made anew where Redis has lost them", async () => {
    const made = await admit();
    const renew = async (id: string): Promise<void> => {
      await scene.as().renew({ kind: "subject", subject: ALICE }, [{ id, reserved: RESERVED }]);
      await scene.as().renew({ kind: "downstream" }, [{ id, reserved: undefined }]);
      await scene.as().renew({ kind: "gate", key: GATE.key }, [{ id, reserved: undefined }]);
    };
    for (let i = 1; i <= 10; i++) {
      await scene.runner.setClock(NOW + i * 10_000);
      await renew(made.id);
      expect(await reserved()).toEqual([100, 100, 100, 100]);
    }
    const before = await dumpOf(scene.runner.redis);
    await scene.runner.redis.flushall();
    await scene.runner.setClock(NOW + 100_000);
    await renew(made.id);
    const after = await dumpOf(scene.runner.redis);
    expect(after).toEqual({ ...before, "t:{client:alice}:minute": undefined });
    await renew("another");
    await renew("a third");
    expect(await scene.as().admit(request({ downstreamMax: 3 }))).toEqual({ kind: "full", what: "downstream" });
    await end({ ...made, id: "another" });
    expect(await reserved()).toEqual([200, 200, 200, 200]);
  });

  it("belong to the day on which they were made", async () => {
    await scene.runner.setClock(Date.parse("2026-11-30T23:59:59.999Z"));
    const made = await admit();
    await scene.runner.setClock(Date.parse("2026-12-01T00:00:00Z"));
    expect(await reserved()).toEqual([0, 100, 0, 100]);
    await end(made, 10);
    expect(await reserved()).toEqual([0, 0, 0, 0]);
  });

  describe("of an admission whose answer is not known", () => {
    it("are taken back exactly, rates too", async () => {
      await admit();
      const before = await dumpOf(scene.runner.redis);
      const made = await admit();
      expect(await dumpOf(scene.runner.redis)).not.toEqual(before);
      await scene.as().undo(made);
      expect(await dumpOf(scene.runner.redis)).toEqual(before);
      await scene.as().undo({ ...made, id: "other" });
      expect(await dumpOf(scene.runner.redis)).toMatchObject(before);
    });

    it.each(Object.entries(EVERY_LIMIT))("are taken back where only one limit holds: %s", async (name, limit) => {
      const made = await admit({ [name]: limit });
      await admit({ [name]: limit });
      await scene.as().undo(made);
      expect(await scene.runner.redis.keys("*undone*")).toEqual([]);
      await admit({ [name]: limit });
      expect((await scene.as().admit(request({ [name]: limit }))).kind).not.toBe("admitted");
    });

    it("are never taken when it is undone before it runs", async () => {
      const made = request(EVERY_LIMIT);
      await scene.as().undo(made);
      await scene.as().undo(made);
      const before = await dumpOf(scene.runner.redis);
      expect(await scene.as().admit(made)).toEqual({ kind: "undone" });
      expect(await dumpOf(scene.runner.redis)).toEqual(before);
      const key = `t:{client:alice}:undone:${made.id}`;
      expect(Object.keys(before)).toEqual([key]);
      const left = await scene.runner.redis.pttl(key);
      expect(left > 55_000 && left <= 60_000).toBe(true);
    });

    it("are taken back after the lease has ended, in the same minute", async () => {
      const made = await admit({ ratePerMinute: 1, subjectMax: 1 });
      await scene.runner.setClock(NOW + LEASE);
      await scene.as().used(ALICE);
      await scene.as().undo(made);
      await admit({ ratePerMinute: 1, subjectMax: 1 });
    });
  });

  it("of a gate can be asked for again, also after their lease has ended", async () => {
    const gate = { ...GATE, max: 1 };
    expect(await scene.as().enter(gate, "a")).toBe(true);
    expect(await scene.as().enter(gate, "a")).toBe(true);
    expect(await scene.as().enter(gate, "b")).toBe(false);
    await scene.runner.setClock(NOW + LEASE);
    expect(await scene.as().enter(gate, "b")).toBe(true);
    expect(await scene.as().enter(gate, "a")).toBe(false);
  });

  it("of a gate are asked for as others where the lease has ended, but nobody needed the slot", async () => {
    await scene.as().enter(GATE, "a");
    await scene.runner.setClock(NOW + LEASE);
    await scene.as().enter(GATE, "b");
    expect(await scene.runner.redis.zcard("t:{gate:7c3f1825ec95c3247116b4ae}:slots")).toBe(2);
    expect(await scene.as().enter({ ...GATE, max: 1 }, "a")).toBe(false);
  });
});
