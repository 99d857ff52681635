import { afterEach, describe, expect, it, vi } from "vitest";
import { FixedWindow } from "../../src/runtime/limits/fixed-window.ts";
import { UpstreamGate } from "../../src/runtime/limits/upstream-gate.ts";

describe("the minute window", () => {
  it("counts per client and starts anew on the clock's minute", () => {
    const window = new FixedWindow();
    const minute = 1_000 * 60_000;
    expect(window.take("a", 2, minute)).toBe(0);
    expect(window.take("a", 2, minute + 30_000)).toBe(0);
    expect(window.take("b", 2, minute + 30_000)).toBe(0);
    expect(window.take("a", 2, minute + 30_000)).toBe(30);
    expect(window.take("a", 2, minute + 59_999)).toBe(1);
    expect(window.take("a", 2, minute + 60_000)).toBe(0);
  });

  it("says between 1 and 60 seconds", () => {
    const window = new FixedWindow();
    for (let ms = 0; ms < 60_000; ms += 997) {
      const wait = window.take("a", 0, 60_000 * 7 + ms);
      expect(wait).toBeGreaterThanOrEqual(1);
      expect(wait).toBeLessThanOrEqual(60);
      expect(wait).toBe(Math.ceil((60_000 - ms) / 1000));
    }
  });
});

describe("the upstream gate", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const wait = (gate: UpstreamGate, timeoutMs = 60_000) => {
    const place = gate.wait(timeoutMs);
    if (place === undefined) throw new Error("the line is full");
    return place;
  };

  it("refuses at once without a queue", () => {
    const gate = new UpstreamGate(1, 0);
    expect(gate.tryEnter()).toBe(true);
    expect(gate.tryEnter()).toBe(false);
    expect(gate.wait(1000)).toBeUndefined();
    gate.leave();
    expect(gate.inUse).toBe(0);
  });

  it("lets waiters in first come first served, nobody past them", async () => {
    const gate = new UpstreamGate(1, 5);
    gate.tryEnter();
    const order: number[] = [];
    const waits = [1, 2, 3].map((n) => wait(gate).admission.then((how) => order.push(how === "granted" ? n : -n)));
    expect(gate.tryEnter()).toBe(false);
    for (const n of [0, 1, 2]) {
      gate.leave();
      await waits[n];
      expect(gate.inUse).toBe(1);
    }
    expect(order).toEqual([1, 2, 3]);
    gate.leave();
    expect([gate.inUse, gate.waiting]).toEqual([0, 0]);
    expect(gate.tryEnter()).toBe(true);
  });

  it("refuses a full line, and counts out at once who leaves it", async () => {
    const gate = new UpstreamGate(1, 2);
    gate.tryEnter();
    const first = wait(gate);
    const second = wait(gate);
    expect(gate.wait(1000)).toBeUndefined();
    first.leaveQueue();
    expect(await first.admission).toBe("left");
    const third = wait(gate);
    gate.leave();
    expect(await second.admission).toBe("granted");
    gate.leave();
    expect(await third.admission).toBe("granted");
    gate.leave();
    expect([gate.inUse, gate.waiting]).toEqual([0, 0]);
  });

  it("ends a wait that is too long", async () => {
    vi.useFakeTimers();
    const gate = new UpstreamGate(1, 2);
    gate.tryEnter();
    const { admission } = wait(gate, 500);
    vi.advanceTimersByTime(499);
    expect(gate.waiting).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await admission).toBe("refused");
    expect(gate.waiting).toBe(0);
    gate.leave();
    expect(gate.tryEnter()).toBe(true);
  });

  it("lets more in when its maximum grows", async () => {
    const gate = new UpstreamGate(1, 2);
    gate.tryEnter();
    const { admission } = wait(gate);
    gate.resize(2, 2);
    expect(await admission).toBe("granted");
    expect(gate.inUse).toBe(2);
  });
});
