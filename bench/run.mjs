// Runs the bench and prints one table per workload, with ratios.
// `node bench/run.mjs --help` lists the options; README.md explains the method.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { coreMicros, cpuMicros } from "./cpu.mjs";
import { freshWindow, inTurn, load, ratios, startAll, valuesOf } from "./lanes.mjs";
import { freePort, LOAD_CORE, PROXY_CORE, start, stop, untilListening } from "./processes.mjs";
import { runRedisLimits } from "./redis-limits.mjs";
import { startup } from "./startup.mjs";
import { median, quantile, spread } from "./statistics.mjs";
import { short, table } from "./table.mjs";
import { BARE, gateway, PEERS, ROOT } from "./targets.mjs";
import { runUsage } from "./usage.mjs";
import { runWorkers } from "./workers.mjs";
import { COMPARISONS, POOLS, WORKLOADS } from "./workloads.mjs";

const HELP = `node bench/run.mjs [options]
  --quick             fewer and shorter windows: about a minute
  --only w1,w3        of w1 w2 w3 w4 w5 features pools usage workers redis startup
  --peers nginx,caddy only these besides bare http-proxy and the gateway; "none" for none
  --against DIR       also measure the gateway of another checkout (built), as "gateway before"
  --rounds N          windows per target     --seconds N   length of a W1 window
  --json FILE         write every window's figures`;

/** If other work takes more than this share of the proxies' core, a missed aim is reported as unsure. */
const QUIET_PERCENT = 15;

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    peers: { type: "string" },
    against: { type: "string" },
    rounds: { type: "string" },
    seconds: { type: "string" },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

/** @type {import("./workloads.mjs").Size} */
const size = {
  quick: options.quick,
  rounds: options.rounds === undefined ? undefined : Number(options.rounds),
  seconds: options.seconds === undefined ? undefined : Number(options.seconds),
};

/** @param {string} id */
const wanted = (id) => options.only === undefined || options.only.split(",").includes(id);

/** Returns the targets of this run. Prints the ones that are left out, with the reason. */
function chosenTargets() {
  const names = options.peers?.split(",");
  const peers = PEERS.filter(({ name }) => names === undefined || names.some((part) => name.includes(part)));
  const ours = [gateway("gateway", ROOT)];
  if (options.against !== undefined) ours.push(gateway("gateway before", resolve(options.against)));
  return [BARE, ...ours, ...peers].filter(({ name, absent }) => {
    if (absent !== undefined) console.log(`left out: ${name} (${absent})`);
    return absent === undefined;
  });
}

/** @typedef {import("./lanes.mjs").Window} Window */

/**
 * @param {import("./workloads.mjs").Workload} workload
 * @param {Map<string, Window[]>} windows
 * @param {boolean} unsure true if the machine was too busy to trust a missed aim
 */
function report(workload, windows, unsure) {
  const bare = windows.get(BARE.name);
  for (const all of windows.values()) for (const window of all) spreadFirstBytes(window);
  const head = [
    "",
    ...workload.figures.flatMap((figure, i) =>
      i === 0 ? [figure.title, "best", "× bare", "best × bare"] : [figure.title, "× bare"],
    ),
  ];
  const rows = [...windows].map(([name, own]) => {
    const cells = workload.figures.flatMap((figure, i) => {
      const values = valuesOf(own, figure.key);
      const more = figure.more === true;
      const ratio = bare === undefined ? undefined : ratios(values, valuesOf(bare, figure.key), more);
      const best = more ? Math.max(...values) : Math.min(...values);
      const said = [short(median(values)), ...(i === 0 ? [short(best)] : [])];
      return [...said, short(ratio?.median), ...(i === 0 ? [short(ratio?.best)] : [])];
    });
    return [name, ...cells];
  });
  console.log(`\n${workload.title}\n${table(head, rows)}`);
  verdict(workload, windows.get("gateway"), bare, unsure);
}

/** Computes quantiles of the times to the first byte. W2 reports the time of each stream. @param {Window} window */
function spreadFirstBytes(window) {
  const firstBytes = window["firstBytes"];
  if (!Array.isArray(firstBytes)) return;
  window["firstByteP50"] = quantile(firstBytes, 0.5);
  window["firstByteP99"] = quantile(firstBytes, 0.99);
}

/**
 * @param {import("./workloads.mjs").Workload} workload
 * @param {readonly Window[] | undefined} own @param {readonly Window[] | undefined} bare
 * @param {boolean} unsure
 */
function verdict(workload, own, bare, unsure) {
  if (own === undefined || bare === undefined) return;
  for (const figure of workload.figures) {
    const values = valuesOf(own, figure.key);
    if (figure.limit !== undefined) {
      // A stall of the machine spoils some windows, but not all. So the best window counts where a stall shows in the figure.
      const typical = figure.noisy === true ? (/** @type {number[]} */ all) => Math.min(...all) : median;
      const value = typical(values);
      const allowed = Math.max(figure.limit, figure.noisy === true ? typical(valuesOf(bare, figure.key)) : 0);
      say(`${figure.title} ${short(value)}`, value <= allowed, `at most ${short(allowed)}`, unsure);
    }
    if (figure.aim !== undefined) {
      const { median: ratio } = ratios(values, valuesOf(bare, figure.key), figure.more === true);
      const reached = figure.more === true ? ratio >= figure.aim : ratio <= figure.aim;
      say(
        `${figure.title} ${short(ratio)} × bare`,
        reached,
        `at ${figure.more === true ? "least" : "most"} ${figure.aim}`,
        unsure,
      );
    }
  }
  const first = workload.figures[0]?.key ?? "";
  const noise = Math.max(spread(valuesOf(own, first)), spread(valuesOf(bare, first)));
  if (noise > 0.15) console.log(`  noisy: windows differ by ${Math.round(noise * 100)} %; trust the ratio of the best`);
}

/** @param {string} what @param {boolean} reached @param {string} aim @param {boolean} unsure */
function say(what, reached, aim, unsure) {
  const missed = unsure ? "unsure " : "MISSED ";
  console.log(`  ${reached ? "reached" : missed}  gateway: ${what} (aim: ${aim})`);
}

/**
 * Starts to measure how much of the proxies' core goes to other work. The returned function gives the share since then, in percent.
 * @param {readonly number[]} pids the processes of the proxies
 */
function foreignShare(pids) {
  const read = () => ({
    at: performance.now(),
    foreign: coreMicros(PROXY_CORE) - pids.reduce((sum, pid) => sum + cpuMicros(pid), 0),
  });
  const before = read();
  return () => {
    const after = read();
    return Math.max(0, Math.round((after.foreign - before.foreign) / ((after.at - before.at) * 10)));
  };
}

/** @param {number} upstreamPort @param {string} dir @param {Record<string, unknown>} all */
async function runWorkloads(upstreamPort, dir, all) {
  const targets = chosenTargets();
  const chosen = WORKLOADS.filter(({ id }) => wanted(id));
  const shared = chosen.some(({ fresh }) => fresh !== true) ? await startAll(targets, upstreamPort, dir) : [];
  for (const workload of chosen) {
    const lanes =
      workload.fresh === true
        ? targets.map((one) => ({ name: one.name, window: () => freshWindow(one, workload, size, upstreamPort, dir) }))
        : shared.map((running) => ({ name: running.name, window: () => load(running, workload, size) }));
    const foreign = foreignShare(shared.map(({ pid }) => pid));
    const windows = await inTurn(lanes, workload.rounds(size));
    // These processes have ended by now, so their own time can't be distinguished from other work.
    const others = workload.fresh === true ? 0 : foreign();
    report(workload, windows, others > QUIET_PERCENT);
    if (workload.fresh !== true) console.log(`  other work took ${others} % of the proxies' core`);
    all[workload.id] = Object.fromEntries(windows);
  }
  for (const running of shared) await running.stop();
}

/** @param {number} upstreamPort @param {string} dir @param {Record<string, unknown>} all */
async function runComparisons(upstreamPort, dir, all) {
  const workload = WORKLOADS[0];
  if (workload === undefined) return;
  const rows = [];
  for (const comparison of COMPARISONS) {
    const pair = await startAll(
      [gateway("with", ROOT, comparison.with), gateway("without", ROOT, comparison.without)],
      upstreamPort,
      dir,
    );
    const lanes = pair.map((running) => ({ name: running.name, window: () => load(running, workload, size) }));
    const windows = await inTurn(lanes, workload.rounds(size) + 2);
    for (const running of pair) await running.stop();
    const ours = valuesOf(windows.get("with") ?? [], "cpuPerRequest");
    const theirs = valuesOf(windows.get("without") ?? [], "cpuPerRequest");
    const ratio = ratios(ours, theirs, false);
    all[comparison.title] = Object.fromEntries(windows);
    const reached = ratio.median <= comparison.aim ? "reached" : "MISSED";
    rows.push([
      comparison.title,
      short(median(ours)),
      short(median(theirs)),
      short(ratio.median),
      short(ratio.best),
      `${comparison.aim}`,
      reached,
    ]);
  }
  const head = ["W1, CPU µs/request", "with", "without", "ratio", "ratio of best", "aim", ""];
  console.log(`\nThe gateway against itself\n${table(head, rows)}`);
}

/**
 * Measures W1 on routes with retries and pools. The ratios compare with one upstream and no retries: of the other checkout with
 * `--against`, else of this one.
 * @param {number} upstreamPort @param {string} dir @param {Record<string, unknown>} all
 */
async function runPools(upstreamPort, dir, all) {
  const workload = WORKLOADS[0];
  if (workload === undefined) return;
  const targets = POOLS.map(({ title, features }) => gateway(title, ROOT, features));
  const base = options.against === undefined ? targets[0] : gateway("before", resolve(options.against));
  if (base === undefined) return;
  const running = await startAll([base, ...targets.filter((one) => one !== base)], upstreamPort, dir);
  const lanes = running.map((one) => ({ name: one.name, window: () => load(one, workload, size) }));
  const windows = await inTurn(lanes, workload.rounds(size) + 2);
  for (const one of running) await one.stop();
  const theirs = valuesOf(windows.get(base.name) ?? [], "cpuPerRequest");
  const rows = [...windows].map(([name, own]) => {
    const ours = valuesOf(own, "cpuPerRequest");
    const ratio = ratios(ours, theirs, false);
    return [name, short(median(ours)), short(Math.min(...ours)), short(ratio.median), short(ratio.best)];
  });
  all["pools"] = Object.fromEntries(windows);
  const head = ["W1, CPU µs/request", "median", "best", `× ${base.name}`, `best × ${base.name}`];
  console.log(`\nRetries and pools\n${table(head, rows)}`);
}

/** @param {string} dir @param {Record<string, unknown>} all */
async function runStartup(dir, all) {
  const checkouts = { gateway: ROOT, ...(options.against !== undefined && { "gateway before": options.against }) };
  const times = await startup(checkouts, ROOT, dir, size.quick ? 7 : 21);
  const base = times["node -e 0"] ?? [];
  const rows = Object.entries(times).map(([name, own]) => {
    const ratio = ratios(own, base, false);
    return [name, short(median(own)), short(Math.min(...own)), short(ratio.median), short(ratio.best)];
  });
  all["startup"] = times;
  console.log(
    `\nStart-up, whole process (aim: 4 × node -e 0)\n${table(["ms", "median", "best", "× node", "best × node"], rows)}`,
  );
}

async function main() {
  if (options.help) return void console.log(HELP);
  if (availableParallelism() < 2) throw new Error("two cores are needed: one for the proxy, one for all else");
  const dir = mkdtempSync(join(tmpdir(), "bench-"));
  process.once("exit", () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  const cores = availableParallelism();
  spawnSync("taskset", ["-cp", LOAD_CORE, `${process.pid}`]);
  console.log(
    `Node ${process.version}, ${cores} × ${cpus()[0]?.model ?? "?"}, loopback. Compare ratios of one run only.`,
  );
  const upstreamPort = await freePort();
  const upstream = start("upstream", [process.execPath, join(import.meta.dirname, "mock.mjs"), `${upstreamPort}`], {
    core: LOAD_CORE,
    dir,
  });
  await untilListening(upstreamPort, upstream);
  /** @type {Record<string, unknown>} */
  const all = { node: process.version };
  if (WORKLOADS.some(({ id }) => wanted(id))) await runWorkloads(upstreamPort, dir, all);
  const built = gateway("gateway", ROOT).absent === undefined;
  if (wanted("features") && built) await runComparisons(upstreamPort, dir, all);
  if (wanted("pools") && built) await runPools(upstreamPort, dir, all);
  if (wanted("usage") && built) {
    const before = options.against === undefined ? undefined : resolve(options.against);
    all["usage"] = await runUsage({ upstreamPort, dir, size, before });
  }
  if (wanted("workers") && built) all["workers"] = await runWorkers({ upstreamPort, dir, size });
  if (wanted("redis") && built) all["redis"] = await runRedisLimits({ upstreamPort, dir, size });
  if (wanted("startup") && built) await runStartup(dir, all);
  await stop(upstream);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(all)}\n`);
}

await main();
