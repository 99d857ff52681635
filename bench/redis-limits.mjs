// Measures what limits over Redis cost a request: the gateway that counts in Redis beside the gateway that counts in its own memory.

import { inTurn, load, startAll } from "./lanes.mjs";
import { LOAD_CORE } from "./processes.mjs";
import { REDIS, startRedis } from "./redis/server.mjs";
import { median, ratios, valuesOf } from "./statistics.mjs";
import { short } from "./table.mjs";
import { gateway, ROOT } from "./targets.mjs";
import { REDIS_LIMITS, workloadOf } from "./workloads.mjs";

const OWN = "own memory";
const SHARED = "Redis";

/** Requests one after the other show how long one takes; many at once show what it costs. */
const LOADS = [
  { title: "1 connection", connections: 1 },
  { title: "64 connections", connections: 64 },
];

/**
 * Prints one table. Redis runs on this machine, on the core of the load.
 * @param {import("./workloads.mjs").Run} run
 */
export async function runRedisLimits({ upstreamPort, dir, size, report, results }) {
  const workload = workloadOf("w1");
  /** @type {import("./judge.mjs").Results} */
  const all = {};
  if (REDIS === undefined) {
    report.say("left out: limits over Redis (redis-server is not installed)");
    return;
  }
  const redis = await startRedis({ dir, core: LOAD_CORE });
  /** @type {string[][]} */
  const rows = [];
  for (const row of REDIS_LIMITS) {
    const targets = [gateway(OWN, ROOT, row.features), gateway(SHARED, ROOT, { ...row.features, redis: redis.url })];
    const running = await startAll(targets, upstreamPort, dir);
    for (const { title, connections } of LOADS) {
      const own = { ...workload, settings: () => ({ ...workload.settings(size), connections }) };
      const lanes = running.map((one) => ({
        name: one.name,
        window: () => counted(redis, () => load(one, own, size)),
      }));
      const windows = await inTurn(lanes, workload.rounds(size) + 2);
      all[`${row.title}, ${title}`] = Object.fromEntries(windows);
      rows.push(rowOf([row.title, title], windows));
    }
    for (const one of running) await one.stop();
  }
  await redis.stop();
  const head = [
    "limits",
    "W1 with",
    "CPU µs/request",
    "in Redis",
    "ratio",
    "p50 ms",
    "in Redis",
    "added",
    "scripts/request",
    "Redis µs/request",
  ];
  report.table("Limits over Redis on the same machine", head, rows);
  results["redis"] = all;
}

/**
 * Adds what Redis did in a window, for each of its requests.
 * @param {import("./redis/server.mjs").RedisServer} redis
 * @param {() => Promise<import("./lanes.mjs").Window>} window
 */
async function counted(redis, window) {
  const before = redis.done();
  const figures = await window();
  const after = redis.done();
  const all = Number(figures["allAnswers"]);
  return { ...figures, scripts: (after.scripts - before.scripts) / all, redisCpu: (after.cpu - before.cpu) / all };
}

/** @param {readonly string[]} titles @param {Map<string, import("./lanes.mjs").Window[]>} windows */
function rowOf(titles, windows) {
  const of = (/** @type {string} */ name, /** @type {string} */ key) => valuesOf(windows.get(name) ?? [], key);
  const cpu = ratios(of(SHARED, "cpuPerRequest"), of(OWN, "cpuPerRequest"), false);
  const added = median(of(SHARED, "p50").map((ms, i) => ms - (of(OWN, "p50")[i] ?? Number.NaN)));
  return [
    ...titles,
    short(median(of(OWN, "cpuPerRequest"))),
    short(median(of(SHARED, "cpuPerRequest"))),
    short(cpu.median),
    short(median(of(OWN, "p50"))),
    short(median(of(SHARED, "p50"))),
    short(added),
    short(median(of(SHARED, "scripts"))),
    short(median(of(SHARED, "redisCpu"))),
  ];
}
