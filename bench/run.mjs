// Runs the bench and prints one table per workload, with ratios, and at the end the table of targets.
// `node bench/run.mjs --help` lists the options; README.md explains the method.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { runFeatures, runPools } from "./comparisons.mjs";
import { TARGETS_HEAD, targetRows } from "./judge.mjs";
import { checkPage, writeInto } from "./markdown.mjs";
import { freePort, LOAD_CORE, start, stop, untilListening } from "./processes.mjs";
import { runWorkloads } from "./proxies.mjs";
import { runRedisLimits } from "./redis-limits.mjs";
import { newReport } from "./report.mjs";
import { buildRevision } from "./revision.mjs";
import { runStartup } from "./startup.mjs";
import { table } from "./table.mjs";
import { gateway, ROOT } from "./targets.mjs";
import { runUsage } from "./usage.mjs";
import { runWorkers } from "./workers.mjs";
import { WORKLOADS } from "./workloads.mjs";

const HELP = `node bench/run.mjs [options]
  --quick             fewer and shorter windows: some minutes
  --only w1,w3        of w1 w2 w3 w4 w5 features pools usage workers redis startup
  --peers nginx,caddy only these besides bare http-proxy and the gateway; "none" for none
  --against DIR       also measure the gateway of another checkout (built), as "before"
  --compare REV       the same with a commit of this repository, which is built for this run
  --rounds N          windows per target     --seconds N   length of a W1 window
  --markdown FILE     write the tables between the marks of a page; may be given several times
  --json FILE         write every window's figures`;

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    peers: { type: "string" },
    against: { type: "string" },
    compare: { type: "string" },
    rounds: { type: "string" },
    seconds: { type: "string" },
    markdown: { type: "string", multiple: true, default: [] },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

/** The parts of the bench besides the workloads. @type {Readonly<Record<string, (run: import("./workloads.mjs").Run) => Promise<void>>>} */
const PARTS = {
  features: runFeatures,
  pools: runPools,
  usage: runUsage,
  workers: runWorkers,
  redis: runRedisLimits,
  startup: runStartup,
};

const only = options.only?.split(",");

/** "w5" also means "w5-cpu". @param {string} id */
const wanted = (id) => only === undefined || only.includes(id) || only.includes(id.replace(/-.*/, ""));

/** Checks the options that would fail only after a long run. */
function checkOptions() {
  if (availableParallelism() < 2) throw new Error("two cores are needed: one for the proxy, one for all else");
  if (options.against !== undefined && options.compare !== undefined) {
    throw new Error("--against and --compare both name the other build: give one of them");
  }
  const known = [...WORKLOADS.map(({ id }) => id), ...Object.keys(PARTS)];
  const unknown = only?.find((id) => !known.includes(id));
  if (unknown !== undefined) throw new Error(`--only: there is no ${unknown}, but ${known.join(", ")}`);
  for (const page of options.markdown) checkPage(page);
}

/** The folder of the other build, if one is wanted. @param {string} dir @param {import("./report.mjs").Report} report */
async function otherBuild(dir, report) {
  if (options.against !== undefined) return resolve(options.against);
  if (options.compare === undefined) return undefined;
  console.log(`Building ${options.compare} …`);
  const { folder, commit } = await buildRevision(options.compare, dir);
  report.say(`"before" is commit ${commit.slice(0, 12)}`);
  return folder;
}

/** Prints the table of targets, and writes the files that were asked for. @param {import("./workloads.mjs").Run} run @param {string} machine */
function finish({ report, results }, machine) {
  const rows = targetRows(results, { all: options.only === undefined });
  console.log(`\nTargets of the gateway with everything on\n${table(TARGETS_HEAD, rows)}`);
  const page = [
    `${new Date().toISOString().slice(0, 10)}, ${machine}${options.quick ? ", a quick run" : ""}.`,
    table(TARGETS_HEAD, targetRows(results, { all: true })),
    report.markdown(),
  ];
  for (const path of options.markdown) writeInto(path, page.join("\n\n"));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ machine, ...results })}\n`);
}

async function main() {
  if (options.help) return void console.log(HELP);
  checkOptions();
  const dir = mkdtempSync(join(tmpdir(), "bench-"));
  process.once("exit", () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  const cores = availableParallelism();
  spawnSync("taskset", ["-cp", LOAD_CORE, `${process.pid}`]);
  const machine = `Node ${process.version}, ${cores} × ${cpus()[0]?.model ?? "?"}, loopback`;
  console.log(`${machine}. Compare ratios of one run only.`);
  const report = newReport();
  const before = await otherBuild(dir, report);
  const upstreamPort = await freePort();
  const mock = [process.execPath, join(import.meta.dirname, "mock.mjs"), `${upstreamPort}`];
  const upstream = start("upstream", mock, { core: LOAD_CORE, dir });
  await untilListening(upstreamPort, upstream);
  const size = {
    quick: options.quick,
    rounds: options.rounds === undefined ? undefined : Number(options.rounds),
    seconds: options.seconds === undefined ? undefined : Number(options.seconds),
  };
  /** @type {import("./workloads.mjs").Run} */
  const run = { upstreamPort, dir, size, before, report, results: {} };
  const workloads = WORKLOADS.filter(({ id }) => wanted(id));
  if (workloads.length > 0) await runWorkloads(run, workloads, options.peers?.split(","));
  const isBuilt = gateway("", ROOT).absent === undefined;
  for (const [name, part] of Object.entries(PARTS)) if (isBuilt && wanted(name)) await part(run);
  await stop(upstream);
  finish(run, machine);
}

await main();
