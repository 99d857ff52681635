// Measures what workers bring: two of them beside one process, on W1 and W2.

import { availableParallelism } from "node:os";
import { cpuMicros, ownCpuMicros } from "./cpu.mjs";
import { inTurn, load, ratios, startAll, valuesOf } from "./lanes.mjs";
import { LOAD_CORE, PROXY_CORE } from "./processes.mjs";
import { median } from "./statistics.mjs";
import { short, table } from "./table.mjs";
import { gateway, ROOT } from "./targets.mjs";
import { WORKLOADS } from "./workloads.mjs";

/** How much more two workers should do than one process. */
const AIM = 1.8;

const ONE = "one process";
/** On the core of the proxies: nothing else runs there. But three processes take one core from each other all the time, which costs by itself. */
const TWO = "two workers, one core";
/** On two cores, as workers are meant to run. Its CPU says what they would do with both cores to themselves. */
const SPREAD = "two workers, two cores";

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
 * @param {{ upstreamPort: number, dir: string, size: import("./workloads.mjs").Size }} where
 * @returns {Promise<Record<string, unknown>>} the figures of all windows
 */
export async function runWorkers({ upstreamPort, dir, size }) {
  const targets = [
    gateway(ONE, ROOT, { limits: false }),
    gateway(TWO, ROOT, { limits: false, workers: 2 }),
    gateway(SPREAD, ROOT, { limits: false, workers: 2 }, `${PROXY_CORE},${SECOND_CORE}`),
  ];
  const running = await startAll(targets, upstreamPort, dir);
  /** @type {string[][]} */
  const rows = [];
  /** @type {Record<string, unknown>} */
  const all = {};
  for (const { id, cpu, one, two } of ROWS) {
    const workload = WORKLOADS.find((each) => each.id === id);
    if (workload === undefined) continue;
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
      `${AIM}`,
      2 / onTwo >= AIM ? "reached" : "MISSED",
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
    "aim",
    "",
  ];
  console.log(`\nTwo workers beside one process\n${table(head, rows)}`);
  return all;
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
