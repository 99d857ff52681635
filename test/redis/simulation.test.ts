// Checks the models behind the tables of docs/scale.md: block leases never let too much through, and the forecast adds up.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockMinute, seededRandom } from "../../bench/redis/blocks.mjs";
import { forecast } from "../../bench/redis/forecast.mjs";

const minutes = fc.record({
  limit: fc.integer({ min: 1, max: 2000 }),
  requests: fc.integer({ min: 0, max: 3000 }),
  gateways: fc.integer({ min: 1, max: 50 }),
  uneven: fc.boolean(),
});
const blocks = fc.oneof(
  fc.record({ fixed: fc.integer({ min: 1, max: 500 }) }),
  fc.record({ share: fc.double({ min: 0.01, max: 1, noNaN: true }) }),
);

describe("a minute with block leases", () => {
  it("never admits more than the limit, and counts each request once", () => {
    fc.assert(
      fc.property(minutes, blocks, fc.integer(), (minute, block, seed) => {
        const { admitted, early, unused, over, calls } = blockMinute({ ...minute, block }, seededRandom(seed));
        expect(over).toBe(0);
        expect(admitted).toBeLessThanOrEqual(Math.min(minute.limit, minute.requests));
        expect(admitted + unused).toBe(Math.min(minute.limit, minute.requests));
        // What is not used was refused early by somebody.
        expect(early).toBeGreaterThanOrEqual(unused);
        expect(calls).toBeLessThanOrEqual(minute.requests);
      }),
    );
  });

  it("is exact when each request asks", () => {
    fc.assert(
      fc.property(minutes, fc.integer(), (minute, seed) => {
        const { admitted, early, unused } = blockMinute({ ...minute, block: { fixed: 1 } }, seededRandom(seed));
        expect([admitted, early, unused]).toEqual([Math.min(minute.limit, minute.requests), 0, 0]);
      }),
    );
  });

  it("refuses early when a gateway keeps a block that another one needs", () => {
    const minute = { limit: 100, requests: 200, gateways: 2, block: { fixed: 100 } };
    const { admitted, early } = blockMinute(minute, seededRandom(1));
    expect(early).toBeGreaterThan(0);
    expect(admitted).toBeLessThanOrEqual(100);
  });

  it("asks less than each request would, for a limit that is large", () => {
    const minute = { limit: 100_000, requests: 90_000, gateways: 10, block: { share: 0.1 } };
    const { calls, early } = blockMinute(minute, seededRandom(1));
    expect(calls).toBeLessThan(1000);
    expect(early).toBe(0);
  });
});

describe("the forecast", () => {
  const exchange = { cpu: 100, scripts: 3, bytesIn: 1000, bytesOut: 100, slots: 3 };
  const rest = { slotCpu: 2, slotBytes: 20, probeCpu: 50 };
  const fleet = { gateways: 10, perSecond: 100, seconds: 10, clients: 100, fullGates: 2 };

  it("adds up exchanges, renewals and asks for full keys", () => {
    const seen = forecast(fleet, { exchange, ...rest });
    // 1,000 in flight at each gateway: 5 calls for all of them, 5 for an upstream key, and one for each of 100 clients, each 10 s.
    expect(seen.renewals).toBe((10 * (5 + 5 + 100)) / 10);
    expect(seen.probes).toBe(10 * 2 * 20);
    expect(seen.calls).toBe(1000 * 3 + seen.renewals + seen.probes);
    // 10,000 in flight hold 3 slots each, and each is renewed each 10 s.
    expect(seen.megabytesIn).toBeCloseTo((1000 * 1000 + 3000 * 20) / 1e6);
    expect(seen.core).toBeCloseTo((1000 * 100 + 3000 * 2 + 400 * 50) / 1e4);
    expect(seen.end).toBeCloseTo(1000 / (seen.core / 100));
  });

  it("has nothing to renew where only rates are limited", () => {
    const { renewals, probes, calls } = forecast(fleet, { exchange: { ...exchange, scripts: 2, slots: 0 }, ...rest });
    expect([renewals, probes, calls]).toEqual([0, 0, 2000]);
  });
});
