// Turns the times that windows hold into quantiles: of each window, and of all windows of a lane together.

import { quantileOfAll } from "./histogram.mjs";
import { quantile } from "./statistics.mjs";

/** @typedef {import("./lanes.mjs").Window} Window */

/**
 * Adds quantiles of the times that each window holds, and those of all windows together. The times themselves are dropped.
 * @param {readonly Window[]} windows of one lane
 */
export function poolTimes(windows) {
  const lists = (/** @type {string} */ key) =>
    windows.map((window) => window[key]).filter((list) => typeof list === "object");
  const firstBytes = lists("firstBytes");
  const latencies = lists("latencies");
  const whole = {
    ...(firstBytes.length > 0 && { firstByteP99OfAll: quantile(firstBytes.flat(), 0.99) }),
    ...(latencies.length > 0 && { p99OfAll: quantileOfAll(latencies, 0.99) }),
  };
  for (const window of windows) {
    const own = window["firstBytes"];
    if (typeof own === "object") {
      Object.assign(window, { firstByteP50: quantile(own, 0.5), firstByteP99: quantile(own, 0.99) });
    }
    Object.assign(window, whole);
    delete window["firstBytes"];
    delete window["latencies"];
  }
}
