// Keeps a histogram of durations for each of the last time steps, and estimates percentiles from it.

/** Each bucket is wider than the one before by the fourth root of 2: an estimate is off by a fifth at most. */
const BUCKETS_PER_DOUBLING = 4;
/** Bucket 0 holds all durations below 1 ms; the last one begins at about two hours. */
const BUCKETS = 93;

export class DurationHistogramRing {
  readonly #counts: Uint32Array;

  /** @param steps the number of steps to keep */
  constructor(steps: number) {
    this.#counts = new Uint32Array(steps * BUCKETS);
  }

  add(slot: number, ms: number): void {
    const at = slot * BUCKETS + bucketOf(ms);
    this.#counts[at] = (this.#counts[at] as number) + 1;
  }

  clear(slot: number): void {
    this.#counts.fill(0, slot * BUCKETS, (slot + 1) * BUCKETS);
  }

  /**
   * Estimates a percentile of one step's durations.
   * @param share 0 to 1; 0.95 is the 95th percentile
   * @returns ms, or null when the step has no durations
   */
  quantile(slot: number, share: number): number | null {
    return estimate(this.#counts.subarray(slot * BUCKETS, (slot + 1) * BUCKETS), share);
  }

  /** Estimates a percentile of the durations of all steps. */
  overall(share: number): number | null {
    const sums = new Float64Array(BUCKETS);
    this.#counts.forEach((count, at) => {
      sums[at % BUCKETS] = (sums[at % BUCKETS] as number) + count;
    });
    return estimate(sums, share);
  }
}

function estimate(counts: Uint32Array | Float64Array, share: number): number | null {
  let rank = share * sum(counts);
  if (rank === 0) return null;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const count = counts[bucket] as number;
    if (count > 0 && rank <= count) {
      const low = lowerBound(bucket);
      return Math.round((low + (lowerBound(bucket + 1) - low) * (rank / count)) * 10) / 10;
    }
    rank -= count;
  }
  return lowerBound(BUCKETS - 1);
}

function sum(counts: Uint32Array | Float64Array): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}

function bucketOf(ms: number): number {
  if (ms < 1) return 0;
  return Math.min(BUCKETS - 1, 1 + Math.floor(Math.log2(ms) * BUCKETS_PER_DOUBLING));
}

function lowerBound(bucket: number): number {
  return bucket === 0 ? 0 : 2 ** ((bucket - 1) / BUCKETS_PER_DOUBLING);
}
