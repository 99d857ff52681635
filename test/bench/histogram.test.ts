// Checks that the bench finds a quantile over several windows from their histograms, to one percent.

import { expect, it } from "vitest";
import { histogram, quantileOfAll } from "../../bench/histogram.mjs";

it.each([0, 0.5, 0.99, 1])("the quantile %d of all windows is right to one percent", (q) => {
  const short = Array.from({ length: 500 }, (_, i) => 0.01 * (i + 1));
  const long = Array.from({ length: 501 }, (_, i) => 5.01 + 0.01 * i);
  const found = quantileOfAll([histogram(short), histogram(long)], q);
  const exact = 0.01 + q * 10;
  expect(Math.abs(found / exact - 1)).toBeLessThan(0.01);
});

it("a value counts as often as it came", () => {
  expect(quantileOfAll([histogram([1, 1, 1]), histogram([100])], 0.5)).toBe(1);
});
