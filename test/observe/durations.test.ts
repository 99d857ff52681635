// Checks that durations are counted in the right bucket, and that percentiles are close to the exact ones.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DurationHistogramRing } from "../../src/runtime/observe/metrics/duration-histogram-ring.ts";
import { BOUNDS_MS, Histogram } from "../../src/runtime/observe/metrics/histogram.ts";
import { Series } from "../../src/runtime/observe/metrics/series.ts";

describe("a histogram", () => {
  it("has 16 bounds from 1 ms, doubling", () => {
    expect(BOUNDS_MS).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768]);
  });

  it("counts a duration in the first bucket whose bound is not below it", () => {
    const duration = fc.oneof(fc.double({ min: 0, max: 100_000, noNaN: true }), fc.constantFrom(...BOUNDS_MS));
    fc.assert(
      fc.property(duration, (ms) => {
        const histogram = new Histogram();
        histogram.observe(ms);
        const first = BOUNDS_MS.findIndex((bound) => ms <= bound);
        expect(histogram.counts.indexOf(1)).toBe(first === -1 ? BOUNDS_MS.length : first);
        expect(histogram.sumMs).toBe(ms);
      }),
    );
  });
});

describe("percentiles", () => {
  it("are within a fifth of the exact ones from 1 ms on", () => {
    const durations = fc.array(fc.double({ min: 1, max: 600_000, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(durations, fc.constantFrom(0.5, 0.95), (all, share) => {
        const ring = new DurationHistogramRing(2);
        for (const ms of all) ring.add(1, ms);
        const exact = [...all].sort((a, b) => a - b)[Math.ceil(share * all.length) - 1] as number;
        const estimate = ring.quantile(1, share) as number;
        expect(estimate).toBeGreaterThan(exact * 0.8 - 0.1);
        expect(estimate).toBeLessThan(exact * 1.2 + 0.1);
        expect(ring.quantile(0, share)).toBeNull();
      }),
    );
  });

  it("of all steps together are those of one step with all durations", () => {
    const together = new DurationHistogramRing(1);
    const apart = new DurationHistogramRing(5);
    for (let i = 0; i < 400; i++) {
      together.add(0, i * 7);
      apart.add(i % 5, i * 7);
    }
    for (const share of [0.01, 0.5, 0.95, 1]) expect(apart.overall(share)).toBe(together.quantile(0, share));
    expect(new DurationHistogramRing(5).overall(0.5)).toBeNull();
  });

  it("cover durations below the first bound and above the last", () => {
    const ring = new DurationHistogramRing(1);
    ring.add(0, 0);
    expect(ring.quantile(0, 0.95)).toBeLessThanOrEqual(1);
    ring.clear(0);
    ring.add(0, 10 * 3_600_000);
    expect(ring.quantile(0, 0.5)).toBeGreaterThan(7_000_000);
  });
});

describe("a series", () => {
  const MINUTE = 60_000;
  const NOON = 29_000_000 * MINUTE;

  it("ends with the current step, and drops what is older than its first step", () => {
    const series = new Series(MINUTE, 60);
    series.count(NOON, "good");
    series.addDurations(NOON, 10, 5);
    series.count(NOON + 2 * MINUTE, "client_error");
    series.addDurations(NOON + 2 * MINUTE, 20, 15);
    series.count(NOON + 2 * MINUTE, "server_error");
    series.count(NOON + 3 * MINUTE + 59_999, "client_closed");
    const data = series.data(NOON + 3 * MINUTE);
    expect(data.start_unix_ms).toBe(NOON - 56 * MINUTE);
    expect(data.requests.slice(-4)).toEqual([1, 0, 2, 1]);
    expect(data.client_errors.slice(-4)).toEqual([0, 0, 1, 0]);
    expect(data.server_errors.slice(-4)).toEqual([0, 0, 1, 0]);
    expect(data.client_closed.slice(-4)).toEqual([0, 0, 0, 1]);
    expect(data.latency_p50_ms.slice(-4)).toEqual([expect.any(Number), null, expect.any(Number), null]);
    expect(data.ttfb_p95_ms.slice(-4)).toEqual([expect.any(Number), null, expect.any(Number), null]);
    for (const column of Object.values(data)) if (Array.isArray(column)) expect(column).toHaveLength(60);
    expect(series.data(NOON + 62 * MINUTE).requests.reduce((sum, n) => sum + n)).toBe(1);
    expect(series.data(NOON + 500 * MINUTE).requests.reduce((sum, n) => sum + n)).toBe(0);
  });
});
