// Compares the figures of a run with the aims, and makes the table of targets.

import { AIMS, BARE_NAME, GATEWAY } from "./aims.mjs";
import { median, ratios, valuesOf } from "./statistics.mjs";
import { short } from "./table.mjs";

/** If other work takes more than this share of the proxies' core, a missed aim is reported as unsure. */
const QUIET_PERCENT = 15;

/** @typedef {import("./lanes.mjs").Window} Window */
/** @typedef {import("./aims.mjs").Bound} Bound */
/**
 * What a bound was compared with: the value that counts, and the one of the best windows. `excused`: the best that bare http-proxy could do.
 * @typedef {{ typical: number, best: number, excused?: number }} Measured
 */

/**
 * The figures of a run: windows by lane, under the name of the workload or the comparison.
 * @typedef {{ [name: string]: Results | readonly Window[] }} Results
 */

export const TARGETS_HEAD = ["target", "aim", "measured", "best", "", "moonshot", "measured", "reached"];

/**
 * Makes one row for each aim.
 * @param {Results} results
 * @param {{ all: boolean }} options `all`: also the aims that this run didn't measure
 * @returns {string[][]}
 */
export function targetRows(results, { all }) {
  return AIMS.flatMap((aim) => {
    const measured = measure(results, aim, aim.aim);
    if (measured === undefined && !all) return [];
    const verdict = measured === undefined ? "not measured" : verdictOf(measured, aim, aim.aim, busy(results, aim));
    const moonshots = (aim.moonshot ?? []).map((bound) => ({ bound, measured: measure(results, aim, bound) }));
    return [
      [
        aim.what,
        boundText(aim.aim, aim),
        short(measured?.typical),
        short(measured?.best),
        verdict,
        moonshots.map(({ bound }) => boundText(bound, aim)).join(", "),
        moonshots.map((one) => short(one.measured?.typical)).join(", "),
        moonshotVerdict(moonshots, aim),
      ],
    ];
  });
}

/**
 * "unsure": the median and the best windows disagree, or the machine was busy when the aim was missed.
 * @param {Measured} measured @param {import("./aims.mjs").Aim} aim @param {Bound} bound @param {boolean} isBusy
 */
function verdictOf({ typical, best, excused }, aim, bound, isBusy) {
  if (aim.counts === "best") {
    if (holds(best, bound) || best <= (excused ?? Number.NEGATIVE_INFINITY)) return "reached";
    return isBusy ? "unsure" : "MISSED";
  }
  const isReached = holds(typical, bound);
  if (isReached && holds(best, bound)) return "reached";
  return isReached || holds(best, bound) || isBusy ? "unsure" : "MISSED";
}

/** @param {readonly { bound: Bound, measured: Measured | undefined }[]} moonshots @param {import("./aims.mjs").Aim} aim */
function moonshotVerdict(moonshots, aim) {
  if (moonshots.length === 0) return "";
  const verdicts = moonshots.map(({ bound, measured }) =>
    measured === undefined ? "not measured" : verdictOf(measured, aim, bound, false),
  );
  if (verdicts.includes("MISSED")) return "no";
  if (verdicts.includes("not measured")) return "not measured";
  return verdicts.includes("unsure") ? "unsure" : "yes";
}

/** True if a value, as it is printed, is within the bound. @param {number} value @param {Bound} bound */
function holds(value, { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY }) {
  const printed = Math.abs(value) < 10 ? Number(value.toFixed(2)) : value;
  return printed <= Number(atMost.toFixed(2)) && printed >= atLeast;
}

/** @param {Bound} bound @param {import("./aims.mjs").Aim} aim */
function boundText({ against, atMost, atLeast }, { unit, counts, times }) {
  const value = atMost === undefined ? `≥ ${short(atLeast)}` : `≤ ${short(atMost)}`;
  if (unit !== undefined) return `${value} ${unit}`;
  return counts === "added" || times !== undefined || against === undefined ? value : `${value} × ${against}`;
}

/**
 * Takes the figure of an aim from the results; `undefined` if the run has none, or windows too short to measure it.
 * @param {Results} results @param {import("./aims.mjs").Aim} aim @param {Bound} bound
 * @returns {Measured | undefined}
 */
function measure(results, aim, bound) {
  const measured = figureOf(results, aim, bound);
  return Number.isFinite(measured?.typical) && Number.isFinite(measured?.best) ? measured : undefined;
}

/** @param {Results} results @param {import("./aims.mjs").Aim} aim @param {Bound} bound @returns {Measured | undefined} */
function figureOf(results, aim, { against }) {
  const own = windowsOf(results, [...aim.from, aim.lane ?? GATEWAY]);
  const other = against === undefined ? undefined : windowsOf(results, [...aim.from, against]);
  if (own === undefined || (against !== undefined && other === undefined)) return undefined;
  const values = valuesOf(own, aim.figure);
  if (other === undefined) return bounded(values, aim, windowsOf(results, [...aim.from, BARE_NAME]));
  const theirs = valuesOf(other, aim.figure);
  if (aim.counts === "added") {
    const least = Math.min(...values) - Math.min(...theirs);
    return { typical: median(values.map((value, i) => value - (theirs[i] ?? Number.NaN))), best: least };
  }
  const ratio = ratios(values, theirs, aim.more === true);
  const whole = aim.counts === "all" ? wholeOf(own, aim.figure) / wholeOf(other, aim.figure) : ratio.median;
  return { typical: whole * (aim.times ?? 1), best: ratio.best * (aim.times ?? 1) };
}

/** @param {readonly number[]} values @param {import("./aims.mjs").Aim} aim @param {readonly Window[] | undefined} bare */
function bounded(values, { counts, figure }, bare) {
  const best = Math.min(...values);
  const measured = { typical: median(values), best };
  if (counts !== "best" || bare === undefined) return measured;
  // What bare http-proxy can't do either is the machine's fault.
  return { ...measured, excused: Math.min(...valuesOf(bare, figure)) };
}

/** The quantile over all windows together, which each window holds as `${figure}OfAll`. @param {readonly Window[]} windows @param {string} figure */
function wholeOf(windows, figure) {
  return Number(windows[0]?.[`${figure}OfAll`]);
}

/** @param {Results} results @param {readonly string[]} path @returns {readonly Window[] | undefined} */
function windowsOf(results, path) {
  /** @type {Results | readonly Window[] | undefined} */
  let at = results;
  for (const name of path) {
    if (at === undefined || isWindows(at)) return undefined;
    at = Object.hasOwn(at, name) ? at[name] : undefined;
  }
  return at !== undefined && isWindows(at) && at.length > 0 ? at : undefined;
}

/** @param {Results | readonly Window[]} at @returns {at is readonly Window[]} */
const isWindows = (at) => Array.isArray(at);

/** @param {Results} results @param {import("./aims.mjs").Aim} aim */
function busy(results, aim) {
  const [own] = windowsOf(results, ["other work", aim.from.join(", ")]) ?? [];
  return Number(own?.["percent"] ?? 0) > QUIET_PERCENT;
}
