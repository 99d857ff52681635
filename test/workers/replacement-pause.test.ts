// Checks how long a worker that has ended waits to be replaced.

import fc from "fast-check";
import { expect, test } from "vitest";
import { REPLACEMENT_TIMES, ReplacementPause } from "../../src/cli/serve/workers/replacement-pause.ts";

test("the pauses double up to half a minute", () => {
  const pause = new ReplacementPause(REPLACEMENT_TIMES);
  const pauses = Array.from({ length: 11 }, () => pause.after(500));
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
});

test("after a worker that ran for a minute they begin anew", () => {
  const pause = new ReplacementPause(REPLACEMENT_TIMES);
  pause.after(0);
  pause.after(59_999);
  expect(pause.after(60_000)).toBe(100);
  expect(pause.after(0)).toBe(200);
});

test("no pause is shorter than the first or longer than the longest, whatever came before", () => {
  const times = { firstMs: 3, longestMs: 50, steadyMs: 10 };
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 20 })), (runs) => {
      const pause = new ReplacementPause(times);
      let before = 0;
      for (const ranMs of runs) {
        const next = pause.after(ranMs);
        expect(next).toBe(ranMs >= times.steadyMs || before === 0 ? 3 : Math.min(2 * before, 50));
        before = next;
      }
    }),
  );
});
