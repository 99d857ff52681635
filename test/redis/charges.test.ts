// Checks on a real Redis how charges are written: again, late, in any order, after Redis was emptied, and by a new run.

import { describe, expect, it } from "vitest";
import { periodOf } from "../../src/runtime/limits/budget-period.ts";
import { BudgetWarnings } from "../../src/runtime/limits/budget-warnings.ts";
import type { ChargeEffect } from "../../src/runtime/limits/shared/shared-counts.ts";
import { hasRedis } from "../support/redis.ts";
import { NOW, redisScene, TODAY } from "./scene.ts";

const ALICE = "client alice";
const USAGE = "t:{client:alice}:usage";
const DAY = 86_400_000;

describe.skipIf(!hasRedis)("charges in Redis", () => {
  const scene = redisScene();

  const total = async (): Promise<number> => (await scene.as().used(ALICE)).of("total", "tokens").settled;

  it("are counted once, however often and in whatever order they are written", async () => {
    const [one, two] = [scene.as(), scene.as({ process: "2" })];
    const added: (number | undefined)[] = [];
    for (const [counts, tokens] of [
      [one, 10],
      [one, 30],
      [one, 20],
      [one, 30],
      [two, 30],
      [two, 5],
    ] as const) {
      const [effect] = await counts.publish(ALICE, [{ day: TODAY, tokens, ticks: 2 * tokens }]);
      added.push(effect?.added.tokens);
    }
    expect(added).toEqual([10, 20, 0, 0, 30, 0]);
    expect(await total()).toBe(60);
  });

  it("can be written for a process that died", async () => {
    await scene.as({ process: "2" }).publish(ALICE, [{ day: TODAY, tokens: 10, ticks: 0 }]);
    await scene.as({ process: "1" }).publish(ALICE, [{ day: TODAY, tokens: 15, ticks: 0 }], "2");
    expect(await total()).toBe(15);
  });

  it("are missed by a process when somebody has emptied Redis: its mark is gone", async () => {
    const [one, two] = [scene.as(), scene.as({ process: "2" })];
    const marks = async () => [await one.mark(), await two.mark()];
    expect(await marks()).toEqual([false, false]);
    expect(await marks()).toEqual([true, true]);
    await scene.runner.redis.flushall();
    expect(await marks()).toEqual([false, false]);
  });

  it("of several days are written at once, and of no day not at all", async () => {
    expect(await scene.as().publish(ALICE, [])).toEqual([]);
    const days = [TODAY, TODAY - 1, TODAY - 5, TODAY - 27].map((day) => ({ day, tokens: 1, ticks: 10 }));
    const effects = await scene.as().publish(ALICE, days);
    expect(
      effects.map(({ day, used }) => [
        day,
        used("day", "usd"),
        used("week", "usd"),
        used("month", "usd"),
        used("total", "usd"),
      ]),
    ).toEqual([
      [TODAY, 10, 10, 10, 10],
      [TODAY - 1, 10, 20, 20, 20],
      [TODAY - 5, 10, 10, 30, 30],
      // 31 October.
      [TODAY - 27, 10, 10, 10, 40],
    ]);
    const usage = await scene.as().used(ALICE);
    expect([
      usage.of("day", "tokens"),
      usage.of("week", "tokens"),
      usage.of("month", "tokens"),
      usage.of("total", "tokens"),
    ]).toEqual([1, 2, 3, 4].map((settled) => ({ settled, reserved: 0 })));
  });

  it("of a day that is long over are ignored, since they may have been counted before", async () => {
    for (const ago of [64, 65, 1000]) await scene.as().publish(ALICE, [{ day: TODAY - ago, tokens: 1, ticks: 0 }]);
    expect(await total()).toBe(1);
    await scene.as().publish(ALICE, [{ day: TODAY, tokens: 1, ticks: 0 }]);
    for (let later = 1; later < 100; later++) {
      await scene.runner.setClock(NOW + later * DAY);
      await scene.as({ process: "2" }).publish(ALICE, [{ day: TODAY + later, tokens: 1, ticks: 0 }]);
      await scene.as().publish(ALICE, [{ day: TODAY, tokens: 1, ticks: 0 }]);
      expect(await total()).toBe(2 + later);
    }
  });

  it("pass each percent of a budget once over all processes", async () => {
    const passed: number[] = [];
    const sum = [0, 0, 0];
    for (let i = 0; i < 110; i++) {
      const process = i % 3;
      sum[process] = (sum[process] ?? 0) + 1;
      const [effect] = await scene
        .as({ process: String(process) })
        .publish(ALICE, [{ day: TODAY, tokens: sum[process] ?? 0, ticks: 0 }]);
      passed.push(...percentsPassed(effect));
    }
    expect(passed).toEqual([80, 90, 100]);
  });

  /** Those that this charge alone has passed, of a budget of 100 tokens a week. */
  function percentsPassed(effect: ChargeEffect | undefined): number[] {
    if (effect === undefined) return [];
    const after = effect.used("week", "tokens");
    const budget = { per: "week", unit: "tokens", firstDay: periodOf("week", effect.day).firstDay } as const;
    const warnings = new BudgetWarnings();
    warnings.passed(budget, after - effect.added.tokens, 100);
    return warnings.passed(budget, after, 100);
  }

  it("keep few fields, whatever happens, and the total for ever", async () => {
    let sum = 0;
    for (let day = TODAY; day < TODAY + 500; day++) {
      await scene.runner.setClock(day * DAY + 5000);
      const run = `run-${day}`;
      if (day % 2 === 0) await scene.as({ run }).restore(ALICE, { total: { tokens: sum, ticks: 0 }, days: [] });
      await scene.as({ run }).publish(ALICE, [{ day, tokens: 3, ticks: 1 }]);
      sum += 3;
    }
    expect(await total()).toBe(sum);
    const fields = await scene.runner.redis.hkeys(USAGE);
    const kinds: Record<string, number> = {};
    for (const [kind = ""] of fields) kinds[kind] = (kinds[kind] ?? 0) + 1;
    expect(kinds).toEqual({
      c: 71,
      l: 3,
      d: 18,
      w: 8,
      m: 8,
      t: 2,
      p: 1,
    });
    await scene.runner.setClock((TODAY + 900) * DAY);
    expect(await total()).toBe(sum);
  });

  it("of runs without a ledger are added up when nothing else is known of them", async () => {
    for (let day = TODAY; day < TODAY + 200; day++) {
      await scene.runner.setClock(day * DAY);
      await scene.as({ run: `run-${day}` }).publish(ALICE, [{ day, tokens: 1, ticks: 1 }]);
    }
    expect(await total()).toBe(200);
    const runs = (await scene.runner.redis.hkeys(USAGE)).filter((field) => field.startsWith("l"));
    expect(runs.length).toBe(72);
    await scene.as({ run: "new" }).restore(ALICE, { total: { tokens: 200, ticks: 205 }, days: [] });
    expect((await scene.as().used(ALICE)).of("total", "usd").settled).toBe(205);
    expect(await total()).toBe(200);
  });

  it.each([
    [1, "month"],
    [0, "day"],
  ] as const)("keep the sums of this %s day through a clock that was wrong for %s", async (_, per) => {
    await scene.as().publish(ALICE, [{ day: TODAY, tokens: 7, ticks: 0 }]);
    await scene.runner.setClock(NOW + 6 * DAY);
    await scene.as().publish(ALICE, [{ day: TODAY + 6, tokens: 1, ticks: 0 }]);
    await scene.runner.setClock(NOW);
    expect((await scene.as().used(ALICE)).of(per, "tokens").settled).toBe(7);
  });
});

describe.skipIf(!hasRedis)("charges of earlier runs", () => {
  const scene = redisScene();
  const earlier = {
    total: { tokens: 1000, ticks: 50 },
    days: [
      { day: TODAY - 1, tokens: 30, ticks: 5 },
      { day: TODAY - 90, tokens: 900, ticks: 5 },
    ],
  };

  const figures = async (): Promise<number[]> => {
    const usage = await scene.as().used(ALICE);
    return (["day", "week", "month", "total"] as const).map((per) => usage.of(per, "tokens").settled);
  };

  it("are counted once, however often they are restored, and by whom", async () => {
    for (const process of ["1", "2", "1"]) await scene.as({ process }).restore(ALICE, earlier);
    expect(await figures()).toEqual([0, 30, 30, 1000]);
    expect((await scene.as().used(ALICE)).of("total", "usd").settled).toBe(50);
  });

  it("are not counted again where Redis knows them, and those of the present run are not among them", async () => {
    await scene.as({ run: "old" }).restore(ALICE, { total: { tokens: 970, ticks: 0 }, days: [] });
    await scene.as({ run: "old", process: "1" }).publish(ALICE, [{ day: TODAY - 1, tokens: 10, ticks: 0 }]);
    await scene.as({ run: "old", process: "2" }).publish(ALICE, [{ day: TODAY - 1, tokens: 15, ticks: 0 }]);
    await scene.as().publish(ALICE, [
      { day: TODAY - 1, tokens: 100, ticks: 0 },
      { day: TODAY, tokens: 1, ticks: 0 },
    ]);
    await scene.as().restore(ALICE, earlier);
    expect(await figures()).toEqual([1, 131, 131, 1101]);
    await scene.as().restore(ALICE, earlier);
    expect(await figures()).toEqual([1, 131, 131, 1101]);
  });

  it("of another ledger are counted beside them", async () => {
    await scene.as().restore(ALICE, earlier);
    await scene.as({ ledger: "other" }).restore(ALICE, earlier);
    expect(await figures()).toEqual([0, 60, 60, 2000]);
  });

  it("are all there after Redis was emptied, in whatever order they are written again", async () => {
    const day = { day: TODAY, tokens: 4, ticks: 0 };
    for (const restoreFirst of [true, false]) {
      await scene.runner.redis.flushall();
      await scene.runner.setClock(NOW);
      if (restoreFirst) await scene.as().restore(ALICE, earlier);
      await scene.as().publish(ALICE, [day]);
      if (!restoreFirst) await scene.as().restore(ALICE, earlier);
      expect(await figures()).toEqual([4, 34, 34, 1004]);
    }
    await scene
      .as({ run: "next" })
      .restore(ALICE, { total: { tokens: 1004, ticks: 50 }, days: [day, ...earlier.days] });
    expect(await figures()).toEqual([4, 34, 34, 1004]);
  });
});
