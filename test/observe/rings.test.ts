// Checks that the rings agree with a list of all events, for any events and any gaps between them.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CountRing } from "../../src/runtime/observe/metrics/count-ring.ts";
import { PeakRing } from "../../src/runtime/observe/metrics/peak-ring.ts";
import { SlidingCount } from "../../src/runtime/observe/metrics/sliding-count.ts";

const START = 29_000_000;
const HOUR = 60;
const DAY = 1440;

/** Minutes to wait before an event: mostly few, sometimes about an hour, a day, or more. */
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.nat(3) },
  { weight: 2, arbitrary: fc.integer({ min: 55, max: 65 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1435, max: 1445 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 5000 }) },
);

describe("a count ring", () => {
  it("holds the last hour and the last day, whatever the gaps", () => {
    fc.assert(
      fc.property(fc.array(gap, { maxLength: 80 }), gap, (gaps, rest) => {
        const ring = new CountRing();
        const events: number[] = [];
        let minute = START;
        for (const wait of gaps) {
          minute += wait;
          events.push(minute);
          ring.add(minute);
        }
        minute += rest;
        const since = (length: number) => events.filter((event) => event > minute - length).length;
        expect([ring.lastHour(minute), ring.lastDay(minute)]).toEqual([since(HOUR), since(DAY)]);
      }),
    );
  });

  it("continues to count when the clock is set back", () => {
    const ring = new CountRing();
    ring.add(START);
    ring.add(START - 30);
    expect(ring.lastHour(START - 30)).toBe(2);
    expect(ring.lastHour(START + HOUR - 1)).toBe(2);
    expect(ring.lastHour(START + HOUR)).toBe(0);
  });
});

describe("a sliding count", () => {
  it("holds its last steps, whatever the gaps", () => {
    const wait = fc.oneof(fc.nat(3), fc.integer({ min: 85, max: 95 }), fc.integer({ min: 0, max: 1000 }));
    fc.assert(
      fc.property(fc.array(wait, { maxLength: 80 }), wait, (gaps, rest) => {
        const ring = new SlidingCount(90);
        const events: number[] = [];
        let step = START;
        for (const gap of gaps) {
          step += gap;
          events.push(step);
          ring.add(step);
        }
        step += rest;
        expect(ring.total(step)).toBe(events.filter((event) => event > step - 90).length);
      }),
    );
  });

  it("continues to count when the clock is set back", () => {
    const ring = new SlidingCount(90);
    ring.add(START);
    ring.add(START - 30);
    expect([ring.total(START - 30), ring.total(START + 89), ring.total(START + 90)]).toEqual([2, 2, 0]);
  });
});

describe("a peak ring", () => {
  it("holds the peaks of its steps, also of steps without events", () => {
    const change = fc.tuple(gap, fc.nat(9));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), gap, (changes, rest) => {
        const ring = new PeakRing(DAY);
        // The reference: the peak of each minute, one by one.
        const peaks = new Map<number, number>();
        let minute = START;
        let current = 0;
        const pass = (minutes: number) => {
          for (let i = 0; i < minutes; i++) peaks.set(++minute, current);
        };
        peaks.set(minute, 0);
        for (const [wait, next] of changes) {
          pass(wait);
          current = next;
          peaks.set(minute, Math.max(peaks.get(minute) ?? 0, next));
          ring.set(minute, next);
        }
        pass(rest);
        const last = (count: number) =>
          Math.max(...Array.from({ length: count }, (_, back) => peaks.get(minute - back) ?? 0));
        expect([ring.peak(minute, HOUR), ring.peak(minute)]).toEqual([last(HOUR), last(DAY)]);
        expect(ring.peaks(minute).slice(-HOUR)).toEqual(
          Array.from({ length: HOUR }, (_, i) => peaks.get(minute - HOUR + 1 + i) ?? 0),
        );
      }),
    );
  });

  it("reports a stream that lasts five hours without other events as the peak of each hour", () => {
    const ring = new PeakRing(DAY);
    ring.set(START, 3);
    expect(ring.peak(START + 5 * HOUR, HOUR)).toBe(3);
    ring.set(START + 5 * HOUR, 0);
    expect(ring.peak(START + 5 * HOUR + HOUR - 1, HOUR)).toBe(3);
    expect(ring.peak(START + 6 * HOUR, HOUR)).toBe(0);
    expect(ring.peak(START + 6 * HOUR)).toBe(3);
    expect(ring.peak(START + 5 * HOUR + DAY)).toBe(0);
  });
});
