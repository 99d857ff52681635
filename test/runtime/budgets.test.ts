// Checks what budgets and tokens per minute admit, what they refuse and for how long, and what is told of them.

import { describe, expect, it, test } from "vitest";
import { type BudgetSpec, type Charge, type ClientBudgets, NO_CHARGE } from "../../src/plan/usage.ts";
import { Budgets, type BudgetWarning, type Reserved } from "../../src/runtime/limits/budgets.ts";

/** A Friday. */
const NOON = Date.parse("2026-11-27T12:00:00Z");
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const tokens = (count: number): Charge => ({ tokens: count, ticks: 0 });
const ticks = (count: number): Charge => ({ tokens: 0, ticks: count });

function budget(per: BudgetSpec["per"], maxTokens: number | undefined, maxTicks?: number): BudgetSpec {
  return { per, maxTokens, maxTicks };
}

function limits(budgets: readonly BudgetSpec[], tokensPerMinute?: number): ClientBudgets {
  return { budgets, tokensPerMinute };
}

function start() {
  const warned: BudgetWarning[] = [];
  return { budgets: new Budgets({ onPassed: (warning) => void warned.push(warning) }), warned };
}

/** Uses an amount at once. */
function use(budgets: Budgets, own: ClientBudgets, charge: Charge, now: number): void {
  const answer = budgets.reserve("a", own, charge, now);
  if (answer.kind !== "admitted") throw new Error(`refused: ${answer.kind}`);
  answer.reservation.settle(charge);
}

function settle(answer: Reserved, charge: Charge): void {
  if (answer.kind !== "admitted") throw new Error(`refused: ${answer.kind}`);
  answer.reservation.settle(charge);
}

const percents = (warned: readonly BudgetWarning[]): number[] => warned.map(({ percent }) => percent);

describe("a budget", () => {
  it("for 37 requests admits exactly 37 of 200 at one time, and as many again as are settled at nothing", () => {
    const { budgets } = start();
    const own = limits([budget("day", 37 * 100)]);
    const ask = () => Array.from({ length: 200 }, () => budgets.reserve("a", own, tokens(100), NOON));
    const first = ask();
    expect(first.filter(({ kind }) => kind === "admitted")).toHaveLength(37);
    expect(first.filter(({ kind }) => kind === "budget_exceeded")).toHaveLength(163);
    for (const answer of first.slice(0, 5)) settle(answer, NO_CHARGE);
    for (const answer of first.slice(5, 37)) settle(answer, tokens(100));
    expect(ask().filter(({ kind }) => kind === "admitted")).toHaveLength(5);
  });

  it("of one client is not that of another", () => {
    const { budgets } = start();
    const own = limits([budget("day", 10)]);
    use(budgets, own, tokens(10), NOON);
    expect(budgets.reserve("a", own, tokens(1), NOON).kind).toBe("budget_exceeded");
    expect(budgets.reserve("b", own, tokens(1), NOON).kind).toBe("admitted");
  });

  it("is changed by the first settlement only", () => {
    const { budgets } = start();
    const own = limits([budget("day", 100)], 1000);
    const answer = budgets.reserve("a", own, tokens(60), NOON);
    settle(answer, tokens(20));
    settle(answer, tokens(20));
    settle(answer, NO_CHARGE);
    expect(budgets.shown(NOON, [["a", own]])).toMatchObject([{ used: 20, reserved: 0 }]);
  });

  it("carries what was used above it as debt, until its period ends", () => {
    const { budgets } = start();
    const own = limits([budget("day", 100)]);
    settle(budgets.reserve("a", own, tokens(10), NOON), tokens(250));
    expect(budgets.shown(NOON, [["a", own]])).toMatchObject([{ used: 250, max: 100 }]);
    expect(budgets.reserve("a", own, tokens(1), NOON + HOUR).kind).toBe("budget_exceeded");
    expect(budgets.reserve("a", own, tokens(100), NOON + DAY).kind).toBe("admitted");
  });

  it("that is used up refuses an estimate of nothing, too", () => {
    const { budgets } = start();
    const own = limits([budget("day", undefined, 10)]);
    expect(budgets.reserve("a", own, ticks(0), NOON).kind).toBe("admitted");
    use(budgets, own, ticks(10), NOON);
    expect(budgets.reserve("a", own, ticks(0), NOON).kind).toBe("budget_exceeded");
  });

  it("takes back what was reserved in its period, when that is over, from that period", () => {
    const { budgets } = start();
    const own = limits([budget("day", 100), budget("month", 150)]);
    const overnight = budgets.reserve("a", own, tokens(100), NOON);
    use(budgets, own, tokens(50), NOON + DAY);
    settle(overnight, tokens(70));
    expect(budgets.shown(NOON + DAY, [["a", own]])).toMatchObject([
      { per: "day", used: 50, reserved: 0 },
      { per: "month", used: 120, reserved: 0 },
    ]);
    expect(budgets.reserve("a", own, tokens(31), NOON + DAY).kind).toBe("budget_exceeded");
    expect(budgets.reserve("a", own, tokens(30), NOON + DAY).kind).toBe("admitted");
  });

  it("knows what was used before it was configured, and what a client without limits used", () => {
    const { budgets } = start();
    budgets.charge("a", undefined, { tokens: 30, ticks: 7 }, NOON - HOUR);
    const own = limits([budget("week", 40, 1000)]);
    expect(budgets.shown(NOON, [["a", own]])).toMatchObject([
      { unit: "usd", used: 7 },
      { unit: "tokens", used: 30 },
    ]);
    expect(budgets.reserve("a", own, tokens(11), NOON).kind).toBe("budget_exceeded");
  });

  it("gives no refund when the clock is set back, nor when it was far ahead for a while", () => {
    const { budgets } = start();
    const own = limits([budget("day", 100), budget("month", 100)], 100);
    use(budgets, own, tokens(100), NOON);
    use(budgets, own, tokens(100), NOON + 400 * DAY);
    for (const now of [NOON, NOON - HOUR]) {
      expect(budgets.reserve("a", own, tokens(1), now).kind).toBe("budget_exceeded");
    }
    const perMinute = limits([], 100);
    use(budgets, perMinute, tokens(100), NOON + 90_000);
    expect(budgets.reserve("a", perMinute, tokens(1), NOON + 30_000).kind).toBe("rate_limited");
  });
});

describe("a refusal", () => {
  const ends = { day: "2026-11-28", week: "2026-11-30", month: "2026-12-01" } as const;

  it.each(["day", "week", "month"] as const)("of a %s tells the seconds to its end", (per) => {
    const { budgets } = start();
    const own = limits([budget(per, 10)]);
    use(budgets, own, tokens(10), NOON);
    const now = NOON + 500;
    expect(budgets.reserve("a", own, tokens(1), now)).toEqual({
      kind: "budget_exceeded",
      retryAfterSeconds: (Date.parse(ends[per]) - NOON) / 1000,
      per,
      unit: "tokens",
    });
    expect(budgets.reserve("a", own, tokens(1), Date.parse(ends[per]) - 1)).toMatchObject({ retryAfterSeconds: 1 });
    expect(budgets.reserve("a", own, tokens(1), Date.parse(ends[per])).kind).toBe("admitted");
  });

  it("of a total tells no wait, also beside another", () => {
    const { budgets } = start();
    const own = limits([budget("day", 10), budget("total", undefined, 5)]);
    use(budgets, own, { tokens: 10, ticks: 5 }, NOON);
    expect(budgets.reserve("a", own, { tokens: 1, ticks: 1 }, NOON)).toEqual({
      kind: "budget_exceeded",
      retryAfterSeconds: undefined,
      per: "total",
      unit: "usd",
    });
  });

  it("of several tells the longest wait, and a budget comes before the tokens per minute", () => {
    const { budgets } = start();
    const own = limits([budget("month", 10), budget("day", 10)], 10);
    use(budgets, own, tokens(10), NOON);
    expect(budgets.reserve("a", own, tokens(1), NOON)).toMatchObject({ kind: "budget_exceeded", per: "month" });
  });

  it("changes nothing, whichever limit refuses", () => {
    const { budgets } = start();
    const own = limits([budget("day", 1000), budget("total", undefined, 50)], 500);
    use(budgets, own, { tokens: 400, ticks: 45 }, NOON);
    const before = budgets.shown(NOON, [["a", own]]);
    expect(budgets.reserve("a", own, { tokens: 101, ticks: 0 }, NOON).kind).toBe("rate_limited");
    expect(budgets.reserve("a", own, { tokens: 1, ticks: 6 }, NOON).kind).toBe("budget_exceeded");
    expect(budgets.reserve("a", own, { tokens: 501, ticks: 6 }, NOON).kind).toBe("too_large");
    expect(budgets.shown(NOON, [["a", own]])).toEqual(before);
    expect(budgets.reserve("a", own, { tokens: 100, ticks: 5 }, NOON).kind).toBe("admitted");
  });

  it("of what would not fit if nothing were used says so, even if something is used", () => {
    const { budgets } = start();
    const own = limits([budget("day", 10), budget("total", 100, 7)], 9);
    use(budgets, own, tokens(9), NOON);
    expect(budgets.reserve("a", own, tokens(11), NOON)).toMatchObject({ kind: "too_large", per: "day" });
    expect(budgets.reserve("a", own, ticks(8), NOON)).toMatchObject({ kind: "too_large", per: "total", unit: "usd" });
    expect(budgets.reserve("a", own, tokens(10), NOON)).toMatchObject({ kind: "too_large", per: "minute" });
    expect(budgets.reserve("a", own, ticks(7), NOON).kind).toBe("rate_limited");
  });
});

describe("tokens per minute", () => {
  const own = limits([], 100);

  it("are those of the clock's minute", () => {
    const { budgets } = start();
    use(budgets, own, tokens(100), NOON + 59_001);
    expect(budgets.reserve("a", own, tokens(1), NOON + 59_002)).toEqual({ kind: "rate_limited", retryAfterSeconds: 1 });
    expect(budgets.reserve("a", own, tokens(100), NOON + 60_000).kind).toBe("admitted");
    expect(budgets.reserve("a", own, tokens(1), NOON + 60_000)).toEqual({
      kind: "rate_limited",
      retryAfterSeconds: 60,
    });
  });

  it("are settled in their minute only", () => {
    const { budgets } = start();
    const within = budgets.reserve("a", own, tokens(80), NOON);
    settle(within, tokens(10));
    const late = budgets.reserve("a", own, tokens(90), NOON + 1);
    expect(late.kind).toBe("admitted");
    use(budgets, own, tokens(60), NOON + 60_000);
    settle(late, NO_CHARGE);
    expect(budgets.reserve("a", own, tokens(41), NOON + 60_001).kind).toBe("rate_limited");
    expect(budgets.reserve("a", own, tokens(40), NOON + 60_001).kind).toBe("admitted");
  });

  it("that were more than reserved are debt in their minute", () => {
    const { budgets } = start();
    settle(budgets.reserve("a", own, tokens(1), NOON), tokens(500));
    expect(budgets.reserve("a", own, tokens(1), NOON).kind).toBe("rate_limited");
    expect(budgets.reserve("a", own, tokens(1), NOON + 60_000).kind).toBe("admitted");
  });

  it("count what came without a reservation, in a minute that is counted", () => {
    const { budgets } = start();
    use(budgets, own, tokens(10), NOON);
    budgets.charge("a", own, tokens(90), NOON + 1);
    expect(budgets.reserve("a", own, tokens(1), NOON + 2).kind).toBe("rate_limited");
  });
});

describe("a warning", () => {
  const own = limits([budget("day", 100)]);

  it("comes at 80, 90 and 100 % of what is settled, once a period each", () => {
    const { budgets, warned } = start();
    const reserved = budgets.reserve("a", own, tokens(79), NOON);
    expect(warned).toEqual([]);
    settle(reserved, tokens(79));
    expect(warned).toEqual([]);
    use(budgets, own, tokens(1), NOON);
    expect(warned).toEqual([{ client: "a", per: "day", unit: "tokens", percent: 80 }]);
    use(budgets, own, tokens(1), NOON);
    settle(budgets.reserve("a", own, tokens(1), NOON), tokens(100));
    expect(percents(warned)).toEqual([80, 90, 100]);
    use(budgets, own, tokens(85), NOON + DAY);
    expect(percents(warned)).toEqual([80, 90, 100, 80]);
  });

  it("comes not at all for a settlement at nothing, nor for a budget that was removed", () => {
    const { budgets, warned } = start();
    settle(budgets.reserve("a", own, tokens(100), NOON), NO_CHARGE);
    use(budgets, own, tokens(10), NOON);
    budgets.charge("a", undefined, tokens(90), NOON);
    expect(warned).toEqual([]);
  });

  it("comes for usage without a reservation", () => {
    const { budgets, warned } = start();
    budgets.charge("a", own, tokens(90), NOON);
    expect(percents(warned)).toEqual([80, 90]);
  });

  it("does not come again after a restart, nor by it", () => {
    const one = start();
    use(one.budgets, own, tokens(85), NOON);
    const { budgets, warned } = start();
    const stored: [string, number][] = JSON.parse(JSON.stringify([...one.budgets.warningsGiven()]));
    expect(stored).toEqual([["day tokens 20784 a", 80]]);
    const usage = new Map([["a", { total: tokens(85), days: new Map([["2026-11-27", tokens(85)]]) }]]);
    budgets.restore(usage, new Map([...stored, ["no such thing", 100]]));
    expect([...budgets.warningsGiven()]).toEqual(stored);
    expect(warned).toEqual([]);
    use(budgets, own, tokens(1), NOON);
    expect(warned).toEqual([]);
    use(budgets, own, tokens(4), NOON);
    expect(percents(warned)).toEqual([90]);
  });

  it("does not come again when the limit is raised and passed again", () => {
    const { budgets, warned } = start();
    use(budgets, own, tokens(90), NOON);
    const raised = limits([budget("day", 200)]);
    use(budgets, raised, tokens(85), NOON);
    expect(percents(warned)).toEqual([80, 90]);
    use(budgets, raised, tokens(25), NOON);
    expect(percents(warned)).toEqual([80, 90, 100]);
  });

  it("does not come for a period that is over once one was given for the next", () => {
    const { budgets, warned } = start();
    const late = budgets.reserve("a", own, tokens(100), NOON);
    use(budgets, own, tokens(80), NOON + DAY);
    settle(late, tokens(100));
    use(budgets, own, tokens(1), NOON + DAY);
    expect(percents(warned)).toEqual([80]);
  });
});

test("what is shown has the limits, what is left of the period, and clients that used nothing", () => {
  const { budgets } = start();
  const own = limits([budget("month", 100, 200), budget("total", 300)], 5000);
  budgets.reserve("a", own, { tokens: 5, ticks: 6 }, NOON);
  const shown = budgets.shown(NOON, [
    ["a", own],
    ["b", limits([budget("day", 1)])],
    ["c", limits([], 10)],
  ]);
  const month = { client: "a", per: "month", used: 0, endsAtMs: Date.parse("2026-12-01") };
  expect(shown).toEqual([
    { ...month, unit: "usd", reserved: 6, max: 200 },
    { ...month, unit: "tokens", reserved: 5, max: 100 },
    { client: "a", per: "total", unit: "tokens", used: 0, reserved: 5, max: 300, endsAtMs: undefined },
    { client: "b", per: "day", unit: "tokens", used: 0, reserved: 0, max: 1, endsAtMs: Date.parse("2026-11-28") },
  ]);
});

test("numbers that are no amounts never make a count wrong", () => {
  const { budgets } = start();
  const own = limits([budget("day", 1000, 1000)], 1000);
  for (const odd of [Number.NaN, -5, Number.NEGATIVE_INFINITY]) {
    settle(budgets.reserve("a", own, { tokens: odd, ticks: odd }, NOON), { tokens: odd, ticks: odd });
  }
  settle(budgets.reserve("a", own, tokens(0), NOON), { tokens: 0, ticks: 0.25 });
  expect(budgets.shown(NOON, [["a", own]])).toMatchObject([
    { used: 1, reserved: 0 },
    { used: 0, reserved: 0 },
  ]);
  expect(budgets.reserve("a", own, tokens(Number.POSITIVE_INFINITY), NOON).kind).toBe("too_large");
});

test("the warnings given are kept for clients whose names have any characters", () => {
  const { budgets } = start();
  const given = new Map([
    ["total usd 0 a b\nc", 90],
    ["week tokens -3 day usd 0 x", 80],
  ]);
  budgets.restore(new Map(), given);
  expect(budgets.warningsGiven()).toEqual(given);
});

test("years of history leave sums of the days that matter", () => {
  const { budgets } = start();
  const days = new Map<string, Charge>();
  for (let day = 0; day < 1000; day++) days.set(new Date(NOON - day * DAY).toISOString().slice(0, 10), tokens(1));
  days.set("no date", tokens(5));
  budgets.restore(new Map([["a", { total: tokens(5000), days }]]), new Map());
  const own = limits([budget("day", 9), budget("week", 9), budget("month", 99), budget("total", 9999)]);
  expect(budgets.shown(NOON, [["a", own]]).map(({ used }) => used)).toEqual([1, 5, 27, 5000]);
});

test("a reservation that is older than the days that are kept changes no sum of these, and nothing goes below zero", () => {
  const { budgets } = start();
  const own = limits([budget("month", 1000), budget("total", 1000)]);
  const used = (now: number) => budgets.shown(now, [["a", own]]).map(({ used, reserved }) => [used, reserved]);
  const old = budgets.reserve("a", own, tokens(100), NOON);
  expect(used(NOON)).toEqual([
    [0, 100],
    [0, 100],
  ]);
  for (let day = 1; day <= 70; day++) budgets.charge("a", own, tokens(1), NOON + day * DAY);
  expect(used(NOON)[0]).toEqual([0, 0]);
  settle(old, tokens(40));
  expect(used(NOON)).toEqual([
    [0, 0],
    [110, 0],
  ]);
});
