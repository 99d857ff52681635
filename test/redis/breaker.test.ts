// Checks when Redis is tried again after a failure, and what is told.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Breaker, FIRST, type Happening, step } from "../../src/runtime/limits/redis/breaker.ts";

const WAITS = { firstWait: 100, longestWait: 1000 };

interface Case {
  readonly name: string;
  readonly from: Breaker;
  readonly happening: Happening;
  readonly to: Breaker;
  readonly tell?: "up" | "away";
}

const CASES: readonly Case[] = [
  {
    name: "the first connection is there",
    from: FIRST,
    happening: { kind: "opened", now: 5 },
    to: { kind: "up", failures: 0, since: 5 },
    tell: "up",
  },
  {
    name: "the first connection fails",
    from: FIRST,
    happening: { kind: "failed", now: 5, random: 0 },
    to: { kind: "waiting", failures: 1, until: 55 },
    tell: "away",
  },
  {
    name: "the first connection takes long",
    from: FIRST,
    happening: { kind: "late" },
    to: { kind: "trying", failures: 0, told: true },
    tell: "away",
  },
  {
    name: "it fails after it took long",
    from: { kind: "trying", failures: 0, told: true },
    happening: { kind: "failed", now: 0, random: 1 },
    to: { kind: "waiting", failures: 1, until: 100 },
  },
  {
    name: "a later connection takes long",
    from: { kind: "trying", failures: 3, told: true },
    happening: { kind: "late" },
    to: { kind: "trying", failures: 3, told: true },
  },
  {
    name: "a connection fails after a long time",
    from: { kind: "up", failures: 7, since: 0 },
    happening: { kind: "failed", now: 1000, random: 0.5 },
    to: { kind: "waiting", failures: 1, until: 1075 },
    tell: "away",
  },
  {
    name: "a connection fails after a short time, and the waits go on growing",
    from: { kind: "up", failures: 2, since: 0 },
    happening: { kind: "failed", now: 999, random: 1 },
    to: { kind: "waiting", failures: 3, until: 1399 },
    tell: "away",
  },
  {
    name: "the longest wait",
    from: { kind: "trying", failures: 5000, told: true },
    happening: { kind: "failed", now: 0, random: 1 },
    to: { kind: "waiting", failures: 5001, until: 1000 },
  },
  {
    name: "another failure while it waits",
    from: { kind: "waiting", failures: 1, until: 50 },
    happening: { kind: "failed", now: 20, random: 1 },
    to: { kind: "waiting", failures: 1, until: 50 },
  },
  {
    name: "the timer fires early",
    from: { kind: "waiting", failures: 1, until: 50 },
    happening: { kind: "due", now: 49.9 },
    to: { kind: "waiting", failures: 1, until: 50 },
  },
  {
    name: "the wait is over",
    from: { kind: "waiting", failures: 1, until: 50 },
    happening: { kind: "due", now: 50 },
    to: { kind: "trying", failures: 1, told: true },
  },
  {
    name: "it is closed",
    from: { kind: "up", failures: 0, since: 0 },
    happening: { kind: "close" },
    to: { kind: "closed" },
  },
  {
    name: "something happens after the end",
    from: { kind: "closed" },
    happening: { kind: "failed", now: 0, random: 0 },
    to: { kind: "closed" },
  },
];

describe("the breaker", () => {
  it.each(CASES)("$name", ({ from, happening, to, tell }) => {
    expect(step(from, happening, WAITS)).toEqual({ breaker: to, tell });
  });

  it("tells up and away in turn, and always tries again", () => {
    const kinds = fc.constantFrom("opened", "failed", "late", "due");
    const events = fc.array(fc.tuple(kinds, fc.nat(2000), fc.double({ min: 0, max: 0.999, noNaN: true })));
    fc.assert(
      fc.property(events, (list) => {
        let breaker: Breaker = FIRST;
        let now = 0;
        const told: string[] = [];
        for (const [kind, passed, random] of list) {
          now += passed;
          const happening: Happening =
            kind === "late" ? { kind } : kind === "failed" ? { kind, now, random } : { kind, now };
          const next = step(breaker, happening, WAITS);
          breaker = next.breaker;
          if (next.tell !== undefined) told.push(next.tell);
          if (next.tell === "up") expect(breaker.kind).toBe("up");
          if (breaker.kind === "waiting") {
            expect(breaker.until - now).toBeLessThanOrEqual(WAITS.longestWait);
            expect(step(breaker, { kind: "due", now: breaker.until }, WAITS).breaker.kind).toBe("trying");
          }
          // Who is told last knows how it is.
          if (breaker.kind === "up") expect(told.at(-1)).toBe("up");
          else if (told.length > 0) expect(told.at(-1)).toBe("away");
        }
        expect(told.some((tell, i) => tell === told[i + 1])).toBe(false);
      }),
    );
  });
});
