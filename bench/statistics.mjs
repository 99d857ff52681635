// Combines the figures of several windows. Medians and minima, because a mean would include the noise of other work.

/** @param {readonly number[]} values */
export function median(values) {
  return quantile(values, 0.5);
}

/** @param {readonly number[]} values @param {number} q between 0 and 1 */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

/** The interquartile range divided by the median: how much the windows differ. @param {readonly number[]} values */
export function spread(values) {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
}

/** The values of one figure in all windows. @param {readonly import("./lanes.mjs").Window[]} windows @param {string} key */
export function valuesOf(windows, key) {
  return windows.map((window) => Number(window[key]));
}

/**
 * The median of the ratios of two lanes, taken between windows of the same round, and the ratio of their best windows.
 * @param {readonly number[]} ours @param {readonly number[]} theirs @param {boolean} more
 */
export function ratios(ours, theirs, more) {
  const best = more ? Math.max : Math.min;
  return {
    median: median(ours.map((value, i) => value / (theirs[i] ?? Number.NaN))),
    best: best(...ours) / best(...theirs),
  };
}
