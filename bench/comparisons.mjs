// Compares the gateway with itself on W1: with one feature changed, and on routes with retries and pools.

import { BEFORE } from "./aims.mjs";
import { inTurn, load, startAll } from "./lanes.mjs";
import { median, ratios, valuesOf } from "./statistics.mjs";
import { short } from "./table.mjs";
import { gateway, ROOT } from "./targets.mjs";
import { COMPARISONS, POOLS, workloadOf } from "./workloads.mjs";

/** @typedef {import("./workloads.mjs").Run} Run */

/** @param {Run} run */
export async function runFeatures(run) {
  const rows = [];
  /** @type {import("./judge.mjs").Results} */
  const all = {};
  for (const comparison of COMPARISONS) {
    const pair = [gateway("with", ROOT, comparison.with), gateway("without", ROOT, comparison.without)];
    const windows = await windowsOf(run, pair);
    all[comparison.title] = Object.fromEntries(windows);
    const ours = valuesOf(windows.get("with") ?? [], "cpuPerRequest");
    const theirs = valuesOf(windows.get("without") ?? [], "cpuPerRequest");
    const ratio = ratios(ours, theirs, false);
    rows.push([comparison.title, short(median(ours)), short(median(theirs)), short(ratio.median), short(ratio.best)]);
  }
  run.results["features"] = all;
  run.report.table(
    "The gateway against itself",
    ["W1, CPU µs/request", "with", "without", "ratio", "ratio of best"],
    rows,
  );
}

/**
 * Measures routes with retries and pools. The ratios compare with one upstream and no retries: of the other build if there is one,
 * else of this one.
 * @param {Run} run
 */
export async function runPools(run) {
  const targets = POOLS.map(({ title, features }) => gateway(title, ROOT, features));
  const base = run.before === undefined ? targets[0] : gateway(BEFORE, run.before);
  if (base === undefined) return;
  const windows = await windowsOf(run, [base, ...targets.filter((one) => one !== base)]);
  const theirs = valuesOf(windows.get(base.name) ?? [], "cpuPerRequest");
  const rows = [...windows].map(([name, own]) => {
    const ours = valuesOf(own, "cpuPerRequest");
    const ratio = ratios(ours, theirs, false);
    return [name, short(median(ours)), short(Math.min(...ours)), short(ratio.median), short(ratio.best)];
  });
  run.results["pools"] = Object.fromEntries(windows);
  const head = ["W1, CPU µs/request", "median", "best", `× ${base.name}`, `best × ${base.name}`];
  run.report.table("Retries and pools", head, rows);
}

/** @param {Run} run @param {readonly import("./targets.mjs").Target[]} targets */
async function windowsOf({ upstreamPort, dir, size }, targets) {
  const workload = workloadOf("w1");
  const running = await startAll(targets, upstreamPort, dir);
  const lanes = running.map((one) => ({ name: one.name, window: () => load(one, workload, size) }));
  const windows = await inTurn(lanes, workload.rounds(size) + 2);
  for (const one of running) await one.stop();
  return windows;
}
