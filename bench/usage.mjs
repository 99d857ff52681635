// Measures what usage metering costs: the gateway with it beside the gateway without it, on requests, streams and idle streams.

import { freshWindow, inTurn, load, ratios, startAll, valuesOf } from "./lanes.mjs";
import { median } from "./statistics.mjs";
import { short, table } from "./table.mjs";
import { gateway, ROOT } from "./targets.mjs";
import { WORKLOADS } from "./workloads.mjs";

const OFF = "off";
const ON = "metered";
const BUDGETS = "metered, budgets";
const BEFORE = "before";

/**
 * What is measured. All lanes get the same responses.
 * @type {readonly { title: string, id: string, answer?: string, budgets?: boolean, aim?: number }[]} `answer`: of the mock
 */
const ROWS = [
  { title: "W1", id: "w1", budgets: true },
  { title: "W2, usage at the end", id: "w2", answer: "paced", aim: 1.1 },
  { title: "W2, asked for usage: null in the other events", id: "w2", answer: "nulls", aim: 1.1 },
  { title: "W2, running totals in each event", id: "w2", answer: "totals" },
  { title: "W4", id: "w4" },
];

/**
 * Prints one table. Ratios compare with the gateway without metering; `before`, another checkout without it, should be 1.00.
 * @param {{ upstreamPort: number, dir: string, size: import("./workloads.mjs").Size, before: string | undefined }} where
 * @returns {Promise<Record<string, unknown>>} the figures of all windows
 */
export async function runUsage({ upstreamPort, dir, size, before }) {
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
  /** @type {Record<string, unknown>} */
  const all = {};
  for (const row of ROWS) {
    const workload = workloadOf(row);
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
  const head = ["", "", "median", "best", `× ${OFF}`, `best × ${OFF}`, "aim", ""];
  console.log(`\nUsage metering\n${table(head, rows)}`);
  return all;
}

/** @param {typeof ROWS[number]} row */
function workloadOf({ id, answer }) {
  const workload = WORKLOADS.find((one) => one.id === id);
  if (workload === undefined) throw new Error(`no workload ${id}`);
  return answer === undefined ? workload : { ...workload, settings: () => ({ answer }) };
}

/**
 * @param {typeof ROWS[number]} row
 * @param {import("./workloads.mjs").Figure | undefined} figure
 * @param {Map<string, import("./lanes.mjs").Window[]>} windows
 */
function rowsOf({ title, aim }, figure, windows) {
  const key = figure?.key ?? "";
  const base = valuesOf(windows.get(OFF) ?? [], key);
  return [...windows].map(([name, own], i) => {
    const values = valuesOf(own, key);
    const ratio = ratios(values, base, false);
    const isAimed = aim !== undefined && name === ON;
    const verdict = ratio.median <= (aim ?? 0) ? "reached" : "MISSED";
    return [
      i === 0 ? `${title}, ${figure?.title}` : "",
      name,
      short(median(values)),
      short(Math.min(...values)),
      short(ratio.median),
      short(ratio.best),
      isAimed ? `${aim}` : "",
      isAimed ? verdict : "",
    ];
  });
}
