// Counts latencies in buckets of one percent, so that a quantile over all windows needs no list of all requests.

import { quantile } from "./statistics.mjs";

/** Width of a bucket: the next one begins at a value that is higher by this factor. */
const STEP = Math.log(1.01);

/** @param {readonly number[]} values above 0 @returns {number[]} a bucket, its count, the next bucket, its count, … */
export function histogram(values) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const value of values) {
    const bucket = Math.round(Math.log(value) / STEP);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  return [...counts].flat();
}

/** The quantile over several histograms. @param {readonly (readonly number[])[]} histograms @param {number} q between 0 and 1 */
export function quantileOfAll(histograms, q) {
  const values = histograms.flatMap((buckets) =>
    buckets.flatMap((bucket, i) => (i % 2 === 0 ? Array(buckets[i + 1] ?? 0).fill(Math.exp(bucket * STEP)) : [])),
  );
  return quantile(values, q);
}
