// Checks which counts outlive a plan: they stay while a plan uses them, get new limits at the swap, and include the exchanges
// that are already running.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Digest } from "../../src/plan/secret.ts";
import { Limits } from "../../src/runtime/limits/limits.ts";
import { type Counted, gateKey } from "../../src/runtime/limits/limits-lease.ts";

const MINUTE = 1_000 * 60_000;

const key = (routeId: string, upstreamKey?: string): string =>
  gateKey(routeId, upstreamKey === undefined ? undefined : new Digest(upstreamKey));

/** The part of an exchange in flight that counting uses. */
function exchange(routeId: string, upstreamKey?: string): Counted & { end(): void; isCounted: boolean } {
  const holds: (() => void)[] = [];
  return {
    isCounted: true,
    client: undefined,
    upstream: { gateKey: key(routeId, upstreamKey) },
    hold: (release) => void holds.push(release),
    end: () => {
      for (const release of holds.splice(0).reverse()) release();
    },
  };
}

describe("counts that outlive plans", () => {
  it("are the same for the same keys", () => {
    const limits = new Limits();
    const [one, two] = [limits.lease(), limits.lease()];
    expect(two.downstream(1)).toBe(one.downstream(1));
    expect(two.window("r")).toBe(one.window("r"));
    expect(two.gate(key("r", "k"), 1, 0)).toBe(one.gate(key("r", "k"), 1, 0));
    expect(two.gate(key("r", "other"), 1, 0)).not.toBe(one.gate(key("r", "k"), 1, 0));
    expect(two.gate(key("s", "k"), 1, 0)).not.toBe(one.gate(key("r", "k"), 1, 0));
    expect(two.gate(key("r"), 1, 0)).toBe(one.gate(key("r"), 1, 0));
    expect(two.gate(key("s"), 1, 0)).not.toBe(one.gate(key("r"), 1, 0));
  });

  it("get a new plan's limits when it is swapped in, not when it is linked", () => {
    const limits = new Limits();
    const before = limits.lease();
    const counter = before.downstream(1);
    expect(counter.tryAcquire()).toBe(true);
    const after = limits.lease();
    after.downstream(2);
    expect(counter.tryAcquire()).toBe(false);
    after.applyLimits();
    expect(counter.tryAcquire()).toBe(true);
    expect(counter.tryAcquire()).toBe(false);
  });

  it("keep the old limits when linking fails", () => {
    const limits = new Limits();
    const before = limits.lease();
    const gate = before.gate(key("r", "k"), 1, 0);
    const failed = limits.lease();
    failed.gate(key("r", "k"), 9, 9);
    failed.gate(key("new", "k"), 9, 9);
    failed.release();
    expect(gate.tryEnter()).toBe(true);
    expect(gate.tryEnter()).toBe(false);
    expect(gate.wait(1)).toBeUndefined();
    expect(limits.size).toBe(1);
  });

  it("are dropped when the last plan that uses them is released, not before", () => {
    const limits = new Limits();
    const [one, two] = [limits.lease(), limits.lease()];
    const counter = one.downstream(1);
    one.gate(key("r", "k"), 1, 0);
    two.downstream(1);
    counter.tryAcquire();
    one.release();
    expect(limits.totals()).toMatchObject({ downstream: 1 });
    expect(limits.size).toBe(1);
    expect(two.downstream(1)).toBe(counter);
    two.release();
    expect(limits.size).toBe(0);
  });

  it("keep the minute's rate counts of a limit that is removed and added again", () => {
    let now = MINUTE;
    const limits = new Limits({ now: () => now });
    const one = limits.lease();
    expect(one.window("r").take("client", 1, now)).toBe(0);
    one.release();
    const two = limits.lease();
    expect(two.window("r").take("client", 1, now)).toBeGreaterThan(0);
    two.release();
    now += 60_000;
    // The next release also drops the counts of past minutes.
    const three = limits.lease();
    three.window("other");
    three.release();
    expect(limits.size).toBe(0);
  });
});

describe("a limit that a reload adds", () => {
  it("counts the exchanges on older plans once, and refuses new ones until enough of them have ended", () => {
    const limits = new Limits();
    const unlimited = limits.lease();
    const running = [exchange("r", "k"), exchange("r", "k"), exchange("r", "other"), exchange("s", "k"), exchange("s")];
    const refused = { ...exchange("r", "k"), isCounted: false };

    const limited = limits.lease();
    const gate = limited.gate(key("r", "k"), 2, 0);
    const counter = limited.downstream(5);
    limited.adoptInFlight(unlimited, [...running, refused]);
    limited.applyLimits();
    expect(gate.inUse).toBe(2);
    expect(counter.inUse).toBe(5);
    expect([gate.tryEnter(), counter.tryAcquire()]).toEqual([false, false]);

    const next = limits.lease();
    next.gate(key("r", "k"), 2, 0);
    next.downstream(5);
    next.adoptInFlight(unlimited, running);
    next.applyLimits();
    expect([gate.inUse, counter.inUse]).toEqual([2, 5]);

    running[0]?.end();
    expect([gate.tryEnter(), counter.tryAcquire()]).toEqual([true, true]);
    for (const x of running.slice(1)) x.end();
    expect([gate.inUse, counter.inUse]).toEqual([1, 1]);
  });

  it("still counts an older plan's exchanges after the limit was removed for a while", () => {
    const limits = new Limits();
    const [unlimited, limited, without] = [limits.lease(), limits.lease(), limits.lease()];
    const running = [exchange("r")];
    limited.downstream(1);
    limited.adoptInFlight(unlimited, running);
    limited.applyLimits();
    without.adoptInFlight(unlimited, running);
    without.adoptInFlight(limited, []);
    limited.release();
    const back = limits.lease();
    const counter = back.downstream(1);
    back.adoptInFlight(unlimited, running);
    back.adoptInFlight(without, []);
    back.applyLimits();
    expect(counter.inUse).toBe(1);
    for (const x of running) x.end();
    expect(counter.inUse).toBe(0);
  });
});

describe("any order of reloads and exchanges", () => {
  interface Live {
    readonly lease: ReturnType<Limits["lease"]>;
    readonly max: number | undefined;
    readonly exchanges: Set<ReturnType<typeof exchange>>;
  }
  const acts = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ act: fc.constant("begin" as const) }) },
      { weight: 2, arbitrary: fc.record({ act: fc.constant("end" as const), which: fc.nat(30) }) },
      {
        weight: 2,
        arbitrary: fc.record({ act: fc.constant("swap" as const), max: fc.option(fc.integer({ min: 1, max: 4 })) }),
      },
    ),
    { maxLength: 80 },
  );

  it("admits an exchange exactly when fewer than the current limit are running, over all plans", () => {
    fc.assert(
      fc.property(acts, (script) => {
        const limits = new Limits();
        const linked = (max: number | undefined): Live => {
          const lease = limits.lease();
          if (max !== undefined) lease.gate(key("r", "k"), max, 0);
          return { lease, max, exchanges: new Set() };
        };
        let current = linked(undefined);
        const retiring = new Set<Live>();
        const all: { x: ReturnType<typeof exchange>; on: Live }[] = [];
        const end = (index: number): void => {
          const [one] = all.splice(index, 1);
          if (one === undefined) return;
          one.x.end();
          one.on.exchanges.delete(one.x);
          if (retiring.has(one.on) && one.on.exchanges.size === 0) {
            retiring.delete(one.on);
            one.on.lease.release();
          }
        };
        for (const step of script) {
          if (step.act === "begin") {
            const x = exchange("r", "k");
            if (current.max !== undefined) {
              const gate = current.lease.gate(key("r", "k"), current.max, 0);
              const room = all.length < current.max;
              expect(gate.tryEnter()).toBe(room);
              if (!room) continue;
              x.hold(() => gate.leave());
            }
            current.exchanges.add(x);
            all.push({ x, on: current });
          } else if (step.act === "end") {
            if (all.length > 0) end(step.which % all.length);
          } else {
            const next = linked(step.max ?? undefined);
            for (const older of [...retiring, current]) next.lease.adoptInFlight(older.lease, older.exchanges);
            next.lease.applyLimits();
            if (current.exchanges.size === 0) current.lease.release();
            else retiring.add(current);
            current = next;
          }
        }
        while (all.length > 0) end(0);
        expect(limits.totals()).toEqual({ downstream: 0, clients: 0, upstream: 0, waiting: 0 });
        current.lease.release();
        expect(limits.size).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
