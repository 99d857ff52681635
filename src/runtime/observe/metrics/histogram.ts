// How long do things take? Prometheus' buckets, counted in a typed array: a hundredth of what a labelled one would cost.

/** Upper bounds in ms: 1 ms doubling, 16 of them (contract, section 11). */
export const BOUNDS_MS: readonly number[] = Object.freeze(Array.from({ length: 16 }, (_, i) => 2 ** i));

export class Histogram {
  /** Per bucket, not cumulated; the last one is what lies above all bounds. */
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
  // The bound is the next power of two: the bits of one less.
  return 32 - Math.clz32(Math.ceil(ms) - 1);
}
