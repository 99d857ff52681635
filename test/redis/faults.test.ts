// Checks on a real Redis that a script that fails has done nothing by halves.

import { describe, expect, it } from "vitest";
import type { RedisCounts } from "../../src/runtime/limits/redis/redis-counts.ts";
import { hasRedis } from "../support/redis.ts";
import { dumpOf } from "./redis-clock.ts";
import { EVERY_LIMIT, request } from "./request.ts";
import { NOW, redisScene, TODAY } from "./scene.ts";

const ALICE = "client alice";
const CHARGE = { day: TODAY, tokens: 1, ticks: 1 };

/** Each call, for an exchange that has been admitted. */
function callsOf(counts: RedisCounts, id: string): [string, () => Promise<unknown>][] {
  return [
    ["admit", () => counts.admit(request(EVERY_LIMIT))],
    ["undo", () => counts.undo(request({ ...EVERY_LIMIT, id }))],
    ["end", () => counts.end({ id, subject: ALICE, downstream: true, used: CHARGE, charged: CHARGE })],
    ["publish", () => counts.publish(ALICE, [CHARGE])],
    ["restore", () => counts.restore(ALICE, { total: CHARGE, days: [CHARGE] })],
    ["renew", () => counts.renew({ kind: "subject", subject: ALICE }, [{ id: "new", reserved: CHARGE }])],
    ["renew of all slots", () => counts.renew({ kind: "downstream" }, [{ id: "new", reserved: undefined }])],
    ["used", () => counts.used(ALICE)],
    ["enter", () => counts.enter(EVERY_LIMIT.gate, "new")],
    ["leave", () => counts.leave(EVERY_LIMIT.gate.key, id)],
  ];
}

const NAMES = callsOf({} as RedisCounts, "").map(([name]) => name);
const KEYS = [
  "{client:alice}:minute",
  "{client:alice}:slots",
  "{client:alice}:held",
  "{client:alice}:usage",
  "{downstream}:slots",
];

describe.skipIf(!hasRedis)("a call that fails", () => {
  const scene = redisScene();

  it.each(NAMES)("changes nothing where a key is of another type: %s", async (name) => {
    let failed = 0;
    const gate = "{gate:7c3f1825ec95c3247116b4ae}:slots";
    for (const key of [...KEYS, gate]) {
      await scene.runner.redis.flushall();
      await scene.runner.setClock(NOW);
      const counts = scene.as();
      await counts.admit(request({ ...EVERY_LIMIT, id: "there" }));
      await counts.publish(ALICE, [{ ...CHARGE, day: TODAY - 30 }]);
      await scene.runner.redis.set(`t:${key}`, "of another program");
      const before = await dumpOf(scene.runner.redis);
      const [, call] = callsOf(counts, "there").find(([each]) => each === name) ?? [];
      const error: unknown = await call?.().then(
        () => undefined,
        (caught: unknown) => caught,
      );
      if (error === undefined) continue;
      failed++;
      expect(String(error)).toContain("WRONGTYPE");
      expect(await dumpOf(scene.runner.redis)).toEqual(before);
    }
    const touched = { admit: 6, undo: 5, end: 5, renew: 2, used: 3 };
    expect(failed).toBe(Object.entries(touched).find(([each]) => each === name)?.[1] ?? 1);
  });

  it("changes nothing where Redis has no memory left, and what gives back works", async () => {
    const counts = scene.as();
    await counts.admit(request({ ...EVERY_LIMIT, id: "there" }));
    await scene.runner.redis.config("SET", "maxmemory", "1");
    try {
      const before = await dumpOf(scene.runner.redis);
      for (const [name, call] of callsOf(counts, "there")) {
        if (["undo", "end", "leave", "used"].includes(name)) continue;
        await expect(call(), name).rejects.toThrow("OOM");
        expect([name, await dumpOf(scene.runner.redis)]).toEqual([name, before]);
      }
      const ended = { id: "there", subject: ALICE, downstream: true, used: CHARGE, charged: CHARGE };
      expect((await counts.end(ended))?.added).toEqual({ tokens: 1, ticks: 1 });
      await counts.leave(EVERY_LIMIT.gate.key, "there");
      expect((await counts.used(ALICE)).of("day", "tokens")).toEqual({ settled: 1, reserved: 0 });
    } finally {
      await scene.runner.redis.config("SET", "maxmemory", "0");
    }
  });

  it("is no answer of ours", async () => {
    const answers = [
      "text",
      7,
      null,
      [],
      ["other"],
      ["admitted"],
      ["admitted", "1"],
      ["full", "x"],
      ["budget_exceeded", 9, 1, 1],
    ];
    const { RedisCounts } = await import("../../src/runtime/limits/redis/redis-counts.ts");
    const owner = { ledger: "l", run: "r", process: "p" };
    for (const answer of answers) {
      const counts = new RedisCounts({ run: async () => answer, keyPrefix: "t:", owner });
      await expect(counts.admit(request(EVERY_LIMIT))).rejects.toThrow("an answer");
      await expect(counts.used(ALICE)).rejects.toThrow("an answer");
      await expect(counts.publish(ALICE, [CHARGE])).rejects.toThrow("an answer");
    }
  });

  it("does not happen because Redis has forgotten the scripts", async () => {
    const counts = scene.as();
    for (const [name, call] of callsOf(counts, "there")) {
      await scene.runner.redis.script("FLUSH");
      await expect(call(), name).resolves.not.toThrow();
    }
  });
});
