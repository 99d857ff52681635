// Measures what workers bring: two of them beside one process, on W1 and W2.

import { availableParallelism } from "node:os";
import { WORKERS } from "./aims.mjs";
import { cpuMicros, ownCpuMicros } from "./cpu.mjs";
import { inTurn, load, startAll } from "./lanes.mjs";
import { LOAD_CORE, PROXY_CORE } from "./processes.mjs";
import { median, ratios, valuesOf } from "./statistics.mjs";
import { short } from "./table.mjs";
import { gateway, ROOT } from "./targets.mjs";
import { workloadOf } from "./workloads.mjs";

const ONE = WORKERS.one;
/** On the core of the proxies: nothing else runs there. But three processes take one core from each other all the time, which costs by itself. */
const TWO = WORKERS.sameCore;
/** On two cores, as workers are meant to run. Its CPU says what they would do with both cores to themselves. */
const SPREAD = WORKERS.spread;

/** The second core of the workers. With three or more cores, the load has one of its own. */
const SECOND_CORE = availableParallelism() > 2 ? "2" : LOAD_CORE;

/**
 * Each process gets the same load, so two workers get twice as much: the more a process has to do at a time, the less each part costs.
 * @type {readonly { id: string, cpu: string, one: Record<string, number>, two: Record<string, number> }[]}
 */
const ROWS = [
  { id: "w1", cpu: "cpuPerRequest", one: { connections: 64 }, two: { connections: 128 } },
  { id: "w2", cpu: "cpuPerEvent", one: { streams: 200 }, two: { streams: 400 } },
];

/**
 * Prints one table. CPU counts the primary process and both workers. On a machine with two cores, the load and the upstream take their part of
 * the second one. So two things are told: how much more two workers do here, and what follows from their CPU on two cores if they had these to themselves.
 * @param {import("./workloads.mjs").Run} run
 */
export async function runWorkers({ upstreamPort, dir, size, report, results }) {
  const targets = [
    gateway(ONE, ROOT, { limits: false }),
    gateway(TWO, ROOT, { limits: false, workers: 2 }),
    gateway(SPREAD, ROOT, { limits: false, workers: 2 }, `${PROXY_CORE},${SECOND_CORE}`),
  ];
  const running = await startAll(targets, upstreamPort, dir);
  /** @type {string[][]} */
  const rows = [];
  /** @type {import("./judge.mjs").Results} */
  const all = {};
  for (const { id, cpu, one, two } of ROWS) {
    const workload = workloadOf(id);
    const lanes = running.map((target) => {
      const own = {
        ...workload,
        settings: () => ({ ...workload.settings(size), ...(target.name === ONE ? one : two) }),
      };
      return { name: target.name, window: () => withPrimary(target.pid, () => load(target, own, size)) };
    });
    const windows = await inTurn(lanes, workload.rounds(size) + 2);
    all[id] = Object.fromEntries(windows);
    const of = (/** @type {string} */ name, /** @type {string} */ key) => valuesOf(windows.get(name) ?? [], key);
    const onOne = ratios(of(TWO, cpu), of(ONE, cpu), false).median;
    const { median: onTwo, best } = ratios(of(SPREAD, cpu), of(ONE, cpu), false);
    const faster = id === "w1" ? ratios(of(SPREAD, "perSecond"), of(ONE, "perSecond"), true).median : undefined;
    rows.push([
      `${id.toUpperCase()}, CPU µs`,
      short(median(of(ONE, cpu))),
      short(median(of(TWO, cpu))),
      short(onOne),
      short(median(of(SPREAD, cpu))),
      short(onTwo),
      short(best),
      short(median(of(SPREAD, "primary"))),
      short(faster),
      short(2 / onTwo),
    ]);
  }
  for (const target of running) await target.stop();
  const head = [
    "",
    ONE,
    TWO,
    "ratio",
    SPREAD,
    "ratio",
    "best",
    "% in the primary",
    "requests/s there",
    "with two free cores",
  ];
  report.table("Two workers beside one process", head, rows);
  results["workers"] = all;
}

/**
 * Adds which part of the CPU of a window the first process has used, in percent.
 * @param {number} pid
 * @param {() => Promise<import("./lanes.mjs").Window>} window
 */
async function withPrimary(pid, window) {
  const before = { own: ownCpuMicros(pid), all: cpuMicros(pid) };
  const figures = await window();
  return { ...figures, primary: (100 * (ownCpuMicros(pid) - before.own)) / (cpuMicros(pid) - before.all) };
}
