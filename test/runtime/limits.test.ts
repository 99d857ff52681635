// Checks the rate limit's window of one minute, and the gate that limits the requests in flight with one upstream key.

import { afterEach, describe, expect, it, vi } from "vitest";
import { FixedWindow } from "../../src/runtime/limits/fixed-window.ts";
import { UpstreamGate } from "../../src/runtime/limits/upstream-gate.ts";

describe("the minute window", () => {
  it("counts per client and starts again with each minute of the clock", () => {
    const window = new FixedWindow();
    const minute = 1_000 * 60_000;
    expect(window.take("a", 2, minute)).toBe(0);
    expect(window.take("a", 2, minute + 30_000)).toBe(0);
    expect(window.take("b", 2, minute + 30_000)).toBe(0);
    expect(window.take("a", 2, minute + 30_000)).toBe(30);
    expect(window.take("a", 2, minute + 59_999)).toBe(1);
    expect(window.take("a", 2, minute + 60_000)).toBe(0);
  });

  it("asks a refused client to wait between 1 and 60 seconds", () => {
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
    const waiter = gate.wait(timeoutMs);
    if (waiter === undefined) throw new Error("the line is full");
    return waiter;
  };

  it("refuses at once when it has no queue", () => {
    const gate = new UpstreamGate(1, 0);
    expect(gate.tryEnter()).toBe(true);
    expect(gate.tryEnter()).toBe(false);
    expect(gate.wait(1000)).toBeUndefined();
    gate.leave();
    expect(gate.inUse).toBe(0);
  });

  it("admits waiting requests in their order, and no new request before them", async () => {
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

  it("refuses when its queue is full, and stops counting a request as soon as it leaves the queue", async () => {
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

  it("ends a wait at its timeout", async () => {
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

  it("admits a waiting request when its maximum grows", async () => {
    const gate = new UpstreamGate(1, 2);
    gate.tryEnter();
    const { admission } = wait(gate);
    gate.resize(2, 2);
    expect(await admission).toBe("granted");
    expect(gate.inUse).toBe(2);
  });
});
