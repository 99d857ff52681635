// Checks what the process tells Redis, and when: while Redis heals, when it refuses, and when the gateway stops. Without a Redis.

import { describe, expect, it, onTestFinished, vi } from "vitest";
import { RedisAway } from "../../src/runtime/limits/redis/redis-link.ts";
import type { EndedExchange } from "../../src/runtime/limits/shared/shared-counts.ts";
import { Place } from "../../src/runtime/upstream/place.ts";
import { AWAY, type RecordedCounts, recordedLimits, requestOf } from "./recorded-counts.ts";

const REFUSED = new RedisAway("refused", true);

function ended(id: string, subject = "client a"): EndedExchange {
  return { id, subject, downstream: false, used: undefined, charged: undefined };
}

/** The last thing that was told of each slot is that it has ended, or that it lives. */
function lastOf({ told }: RecordedCounts, id: string): string | undefined {
  return told.findLast((call) => call.endsWith(` ${id}`))?.split(" ")[0];
}

describe("healing", () => {
  it("tells all, though exchanges begin and end all the time", async () => {
    const { counts, limits } = recordedLimits();
    let begun = 0;
    counts.before = (call) => {
      if (!call.startsWith("renew") || begun === 100) return;
      // Each time that a slot is renewed, its exchange ends and another one begins.
      limits.end(ended(`x${begun}`), undefined);
      begun++;
      limits.hold(requestOf(`x${begun}`), undefined);
    };
    limits.hold(requestOf("x0"), undefined);
    await limits.connected();
    expect(limits.usable).toBe(true);
    await vi.waitFor(() => {
      const last = Array.from({ length: begun }, (_, i) => lastOf(counts, `x${i}`));
      expect(new Set(last)).toEqual(new Set(["end"]));
    });
    // It does not go on for ever.
    expect(begun).toBe(11);
    await limits.close();
  });

  it("goes on though Redis refuses a part of it, and keeps the charges", async () => {
    const { counts, limits, bugs } = recordedLimits({
      earlier: new Map([["a", { total: { tokens: 1, ticks: 0 }, days: [] }]]),
    });
    await limits.cover(["a", "b"]);
    limits.hold(requestOf("x1"), undefined);
    limits.hold(requestOf("x2", "client b"), undefined);
    limits.end(ended("x3"), undefined);
    limits.end(ended("x4", "client b"), undefined);
    counts.before = (call) => {
      if (call.includes("client a") || call === "end x3") throw REFUSED;
    };
    await limits.connected();
    expect(limits.usable).toBe(true);
    expect(counts.told).toContain("end x4");
    expect(counts.told).toContain("renew subject client b x2");
    // What was refused is told again now and then. Here it is told when the gateway stops.
    await new Promise((resolve) => setImmediate(resolve));
    counts.before = () => {};
    counts.told.length = 0;
    await limits.close();
    // It would have refused the end again. What is charged is never forgotten.
    expect(counts.told).toEqual(["restore client a"]);
    expect(bugs).toEqual([]);
  });

  it("ends when Redis goes away, and begins again", async () => {
    const { counts, limits } = recordedLimits();
    limits.end(ended("x1"), undefined);
    limits.hold(requestOf("x2"), undefined);
    counts.before = (call) => {
      if (call.startsWith("renew")) limits.away();
      if (call.startsWith("renew")) throw AWAY;
    };
    await limits.connected();
    expect(limits.usable).toBe(false);
    counts.before = () => {};
    await limits.connected();
    expect(limits.usable).toBe(true);
    expect(counts.told).toEqual(["end x1", "renew subject client a x2"]);
    await limits.close();
  });

  it("keeps all that it could not tell", async () => {
    const { counts, limits } = recordedLimits();
    await limits.connected();
    counts.before = () => {
      limits.away();
      throw AWAY;
    };
    expect(await limits.admit(requestOf("x1"))).toBeUndefined();
    limits.end(ended("x2"), undefined);
    limits.leave("gate", "x3");
    await limits.connected();
    expect(limits.usable).toBe(false);
    counts.before = () => {};
    await limits.connected();
    expect(counts.told).toEqual(["undo x1", "end x2", "leave gate x3"]);
    await limits.close();
  });

  it("counts a charge that was made while Redis was away, so that its warning is given", async () => {
    const onCharged = vi.fn();
    const { counts, limits } = recordedLimits({ onCharged });
    counts.effect = { day: 1, added: { tokens: 9, ticks: 0 }, used: () => 9 };
    limits.end(ended("x1"), "a");
    await limits.connected();
    expect(onCharged.mock.calls).toEqual([["a", counts.effect]]);
    await limits.close();
  });
});

describe("renewing", () => {
  it("happens every 10 s", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { counts, limits } = recordedLimits();
    await limits.connected();
    limits.hold(requestOf("x1"), undefined);
    await vi.advanceTimersByTimeAsync(9999);
    expect(counts.told).toEqual([]);
    await vi.advanceTimersByTimeAsync(20_001);
    expect(counts.told).toEqual(Array.from({ length: 3 }, () => "renew subject client a x1"));
    limits.end(ended("x1"), undefined);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(counts.told.slice(3)).toEqual(["end x1"]);
    await limits.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("writes all charges again when somebody has emptied Redis", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { counts, limits } = recordedLimits();
    await limits.cover(["a"]);
    await limits.connected();
    limits.charge("a", limits.charges.add("a", 1, { tokens: 5, ticks: 0 }));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(counts.told).toEqual(["publish client a"]);
    counts.marked = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(counts.told).toEqual(["publish client a", "publish client a"]);
    await limits.close();
  });

  it("leaves out what has ended meanwhile", async () => {
    const { counts, limits } = recordedLimits();
    await limits.connected();
    for (let i = 0; i < 60; i++) limits.hold(requestOf(`x${i}`, `client ${i}`), undefined);
    counts.before = (call) => {
      if (call === "renew subject client 0 x0") limits.end(ended("x59", "client 59"), undefined);
    };
    limits.adopted();
    await vi.waitFor(() => expect(lastOf(counts, "x58")).toBe("renew"));
    await vi.waitFor(() => expect(lastOf(counts, "x59")).toBe("end"));
    await limits.close();
    expect(counts.told.filter((call) => call.startsWith("renew"))).toHaveLength(59);
  });

  it("ends a slot once more that Redis may have added after its end", async () => {
    const { counts, limits } = recordedLimits();
    await limits.connected();
    const gate = limits.gate("g", 1, 0);
    gate.charge();
    limits.hold(requestOf("x1"), undefined);
    const endAdopted = limits.adopt({ kind: "downstream" });
    // Redis is given the script of these calls first, and ends the slots before it renews them.
    counts.before = async (call) => {
      if (!call.startsWith("renew")) return;
      if (call.includes("subject")) limits.end(ended("x1"), undefined);
      if (call.includes("downstream")) endAdopted();
      if (call.includes("gate")) gate.leave();
      await new Promise((resolve) => setImmediate(resolve));
    };
    limits.adopted();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await limits.close();
    for (const id of ["x1", "p-1", "p-2"]) expect(["end", "leave"]).toContain(lastOf(counts, id));
    expect(counts.told).toHaveLength(9);
  });

  it("goes on though Redis refuses a part of it", async () => {
    const { counts, limits } = recordedLimits();
    await limits.connected();
    for (let i = 0; i < 120; i++) limits.hold(requestOf(`x${i}`, `client ${i}`), undefined);
    counts.before = (call) => {
      if (call.endsWith("x0")) throw REFUSED;
    };
    limits.adopted();
    await vi.waitFor(() => expect(counts.told).toHaveLength(119));
    await limits.close();
  });
});

describe("closing", () => {
  it("waits for what is being told", async () => {
    const { counts, limits } = recordedLimits();
    await limits.connected();
    let goOn = (): void => {};
    counts.before = () => new Promise((resolve) => (goOn = resolve));
    limits.end(ended("x1"), undefined);
    let isClosed = false;
    const closed = limits.close().then(() => {
      isClosed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(false);
    goOn();
    await closed;
    expect(counts.told).toEqual(["end x1"]);
  });

  it("waits for the answer to an admission, and for the end that follows it", async () => {
    const { counts, limits } = recordedLimits();
    await limits.connected();
    let goOn = (): void => {};
    counts.before = (call) => (call.startsWith("admit") ? new Promise((resolve) => (goOn = resolve)) : undefined);
    const answered = limits.admit(requestOf("x1")).then(() => limits.end(ended("x1"), undefined));
    const closed = limits.close();
    await new Promise((resolve) => setImmediate(resolve));
    goOn();
    await Promise.all([answered, closed]);
    expect(counts.told).toEqual(["admit x1", "end x1"]);
  });
});

describe("admissions", () => {
  it("wait until it is known what a new client has used", async () => {
    const { counts, limits } = recordedLimits({
      earlier: new Map([["a", { total: { tokens: 1, ticks: 0 }, days: [] }]]),
    });
    await limits.connected();
    let goOn = (): void => {};
    counts.before = (call) => (call.startsWith("restore") ? new Promise((resolve) => (goOn = resolve)) : undefined);
    const covered = limits.cover(["a"]);
    const use = { estimate: { tokens: 1, ticks: 0 }, limits: { tokensPerMinute: undefined, budgets: [] } };
    const answer = limits.admit({ ...requestOf("x1"), use });
    await vi.waitFor(() => expect(goOn).not.toHaveLength(1));
    await new Promise((resolve) => setImmediate(resolve));
    expect(counts.told).toEqual([]);
    goOn();
    await Promise.all([covered, answer]);
    expect(counts.told).toEqual(["restore client a", "admit x1"]);
    await limits.close();
  });
});

describe("a reload", () => {
  it("is told before the next request is asked for, also when Redis has to be given the script first", async () => {
    const { counts, limits } = recordedLimits();
    await limits.connected();
    const goOn: (() => void)[] = [];
    counts.before = (call) => (call.startsWith("renew") ? new Promise((resolve) => goOn.push(resolve)) : undefined);
    const end = limits.adopt({ kind: "subject", subject: "client a" });
    limits.adopted();
    const answers = [limits.admit(requestOf("x1")), limits.enter({ key: "g", max: 1 }, "x2")];
    await new Promise((resolve) => setImmediate(resolve));
    expect(counts.told).toEqual([]);
    for (const resolve of goOn) resolve();
    await Promise.all(answers);
    end();
    await limits.close();
    expect(counts.told).toEqual(["renew subject client a p-1", "admit x1", "enter g x2", "end p-1"]);
  });
});

describe("a gate", () => {
  it("keeps a slot under another name than the one that is taken back", async () => {
    const { counts, limits } = recordedLimits();
    await limits.connected();
    const gate = limits.gate("g", 2, 0);
    counts.before = () => {
      limits.away();
      throw AWAY;
    };
    expect(gate.tryEnter()).toBe(true);
    expect(await gate.confirm()).toBe(true);
    counts.before = () => {};
    await limits.connected();
    const [left, renewed] = counts.told.map((call) => call.split(" ").at(-1));
    expect(counts.told).toEqual([`leave g ${left}`, `renew gate g ${renewed}`]);
    expect(left).not.toBe(renewed);
    await limits.close();
  });

  it("gives a slot back once that was asked for when its exchange ended, whatever the answer is", async () => {
    for (const entered of [true, false]) {
      const { counts, limits } = recordedLimits();
      await limits.connected();
      counts.entered = entered;
      const gate = limits.gate("g", 2, 0);
      const place = new Place<{ readonly gate: typeof gate }>();
      expect(place.tryMoveTo({ gate })).toBe(true);
      const confirmed = place.confirm();
      place.release();
      expect(gate.inUse).toBe(1);
      expect(await confirmed).toBe(entered);
      expect(gate.inUse).toBe(0);
      expect(gate.held).toEqual([]);
      place.release();
      expect(gate.inUse).toBe(0);
      await limits.close();
      expect(counts.told.map((call) => call.split(" ")[0])).toEqual(entered ? ["enter", "leave"] : ["enter"]);
    }
  });

  it("keeps a confirmed slot until its exchange ends, also when a bug of ours stops the rest", async () => {
    const { limits } = recordedLimits();
    const gate = limits.gate("g", 2, 0);
    const place = new Place<{ readonly gate: typeof gate }>();
    place.tryMoveTo({ gate });
    place.askFor()?.confirmed("x1");
    place.confirmed();
    place.refused(false);
    expect(gate.inUse).toBe(1);
    place.release();
    expect(gate.inUse).toBe(0);
    await limits.close();
  });
});
