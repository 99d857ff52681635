// Measures what workers bring: two of them beside one process, on W1 and W2.

import { availableParallelism } from "node:os";
import { inTurn, load, ratios, startAll, valuesOf } from "./lanes.mjs";
import { LOAD_CORE, PROXY_CORE } from "./processes.mjs";
import { median } from "./statistics.mjs";
import { short, table } from "./table.mjs";
import { gateway, ROOT } from "./targets.mjs";
import { WORKLOADS } from "./workloads.mjs";

/** How much more two workers should do than one process. */
const AIM = 1.8;

const ONE = "one process";
const TWO = "two workers";

/** Core by core: where workers run beside the core of the proxies. With three or more cores, the load has one of its own. */
const SECOND_CORE = availableParallelism() > 2 ? "2" : LOAD_CORE;

/** The figure of CPU in each workload. @type {Readonly<Record<string, string>>} */
const CPU = { w1: "cpuPerRequest", w2: "cpuPerEvent" };

/**
 * Prints one table. CPU counts the primary process and both workers. On two cores, the load and the upstream take their part of the second
 * one. So the throughput is told, and what follows from the CPU: how much more two workers do with two cores for themselves.
 * @param {{ upstreamPort: number, dir: string, size: import("./workloads.mjs").Size }} where
 * @returns {Promise<Record<string, unknown>>} the figures of all windows
 */
export async function runWorkers({ upstreamPort, dir, size }) {
  const targets = [
    gateway(ONE, ROOT, { limits: false }),
    gateway(TWO, ROOT, { limits: false, workers: 2 }, `${PROXY_CORE},${SECOND_CORE}`),
  ];
  const running = await startAll(targets, upstreamPort, dir);
  /** @type {string[][]} */
  const rows = [];
  /** @type {Record<string, unknown>} */
  const all = {};
  for (const workload of WORKLOADS.filter(({ id }) => id in CPU)) {
    const lanes = running.map((one) => ({ name: one.name, window: () => load(one, workload, size) }));
    const windows = await inTurn(lanes, workload.rounds(size) + 2);
    all[workload.id] = Object.fromEntries(windows);
    const of = (/** @type {string} */ name, /** @type {string} */ key) => valuesOf(windows.get(name) ?? [], key);
    const key = CPU[workload.id] ?? "";
    const cpu = ratios(of(TWO, key), of(ONE, key), false).median;
    const done = workload.id === "w1" ? ratios(of(TWO, "perSecond"), of(ONE, "perSecond"), true).median : undefined;
    rows.push([
      workload.id.toUpperCase(),
      short(median(of(ONE, key))),
      short(median(of(TWO, key))),
      short(cpu),
      short(done),
      short(2 / cpu),
      `${AIM}`,
      2 / cpu >= AIM ? "reached" : "MISSED",
    ]);
  }
  for (const one of running) await one.stop();
  const head = ["", `CPU µs, ${ONE}`, TWO, "ratio", "requests/s ratio here", "with two free cores", "aim", ""];
  console.log(`\nTwo workers beside one process\n${table(head, rows)}`);
  return all;
}
