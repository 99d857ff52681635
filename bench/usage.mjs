// Measures what usage metering costs: the gateway with it beside the gateway without it, on requests, streams and idle streams.

import { BEFORE } from "./aims.mjs";
import { freshWindow, inTurn, load, startAll } from "./lanes.mjs";
import { median, ratios, valuesOf } from "./statistics.mjs";
import { short } from "./table.mjs";
import { gateway, ROOT } from "./targets.mjs";
import { USAGE, workloadOf } from "./workloads.mjs";

const OFF = "off";
const ON = "metered";
const BUDGETS = "metered, budgets";

/**
 * Prints one table. Ratios compare with the gateway without metering; `before`, another checkout without it, should be 1.00.
 * @param {import("./workloads.mjs").Run} run
 */
export async function runUsage({ upstreamPort, dir, size, before, report, results }) {
  const clients = 10;
  const lean = [
    gateway(OFF, ROOT, { clients }),
    ...(before === undefined ? [] : [gateway(BEFORE, before, { clients })]),
  ];
  const metered = gateway(ON, ROOT, { clients, usage: true });
  const targets = [...lean, metered, gateway(BUDGETS, ROOT, { clients, usage: true, budgets: true })];
  const running = await startAll(targets, upstreamPort, dir);
  /** @type {string[][]} */
  const rows = [];
  /** @type {import("./judge.mjs").Results} */
  const all = {};
  for (const row of USAGE) {
    const workload = ofRow(row);
    const isMeasured = (/** @type {{ name: string }} */ { name }) => name !== BUDGETS || row.budgets === true;
    const lanes = workload.fresh
      ? targets
          .filter(isMeasured)
          .map((one) => ({ name: one.name, window: () => freshWindow(one, workload, size, upstreamPort, dir) }))
      : running.filter(isMeasured).map((one) => ({ name: one.name, window: () => load(one, workload, size) }));
    const windows = await inTurn(lanes, workload.rounds(size));
    all[row.title] = Object.fromEntries(windows);
    rows.push(...rowsOf(row, workload.figures[0], windows));
  }
  for (const one of running) await one.stop();
  const head = ["", "", "median", "best", `× ${OFF}`, `best × ${OFF}`];
  report.table("Usage metering", head, rows);
  results["usage"] = all;
}

/** @param {typeof import("./workloads.mjs").USAGE[number]} row */
function ofRow({ id, answer }) {
  const workload = workloadOf(id);
  return answer === undefined ? workload : { ...workload, settings: () => ({ answer }) };
}

/**
 * @param {typeof import("./workloads.mjs").USAGE[number]} row
 * @param {import("./workloads.mjs").Figure | undefined} figure
 * @param {Map<string, import("./lanes.mjs").Window[]>} windows
 */
function rowsOf({ title }, figure, windows) {
  const key = figure?.key ?? "";
  const base = valuesOf(windows.get(OFF) ?? [], key);
  return [...windows].map(([name, own], i) => {
    const values = valuesOf(own, key);
    const ratio = ratios(values, base, false);
    return [
      i === 0 ? `${title}, ${figure?.title}` : "",
      name,
      short(median(values)),
      short(Math.min(...values)),
      short(ratio.median),
      short(ratio.best),
    ];
  });
}
