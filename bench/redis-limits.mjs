// Measures what limits over Redis cost a request: the gateway that counts in Redis beside the gateway that counts in its own memory.

import { inTurn, load, ratios, startAll, valuesOf } from "./lanes.mjs";
import { LOAD_CORE } from "./processes.mjs";
import { REDIS, startRedis } from "./redis/server.mjs";
import { median } from "./statistics.mjs";
import { short, table } from "./table.mjs";
import { gateway, ROOT } from "./targets.mjs";
import { WORKLOADS } from "./workloads.mjs";

/** The most that a request may take longer when one is sent after the other, p50, ms. */
const AIM_MS = 0.5;

const OWN = "own memory";
const SHARED = "Redis";

/** Requests one after the other show how long one takes; many at once show what it costs. */
const LOADS = [
  { title: "1 connection", connections: 1 },
  { title: "64 connections", connections: 64 },
];

/** @type {readonly { title: string, features: import("./gateway-config.mjs").Features }[]} */
const ROWS = [
  { title: "rate, in flight", features: {} },
  { title: "clients, budgets", features: { clients: 10, usage: true, budgets: true } },
];

/**
 * Prints one table. Redis runs on this machine, on the core of the load.
 * @param {{ upstreamPort: number, dir: string, size: import("./workloads.mjs").Size }} where
 * @returns {Promise<Record<string, unknown>>} the figures of all windows
 */
export async function runRedisLimits({ upstreamPort, dir, size }) {
  const workload = WORKLOADS[0];
  /** @type {Record<string, unknown>} */
  const all = {};
  if (REDIS === undefined || workload === undefined) {
    console.log("left out: limits over Redis (redis-server is not installed)");
    return all;
  }
  const redis = await startRedis({ dir, core: LOAD_CORE });
  /** @type {string[][]} */
  const rows = [];
  for (const row of ROWS) {
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
      rows.push(rowOf([row.title, title], windows, connections === 1));
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
    "aim",
    "",
    "scripts/request",
    "Redis µs/request",
  ];
  console.log(`\nLimits over Redis on the same machine\n${table(head, rows)}`);
  return all;
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

/** @param {readonly string[]} titles @param {Map<string, import("./lanes.mjs").Window[]>} windows @param {boolean} isAimed */
function rowOf(titles, windows, isAimed) {
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
    isAimed ? `${AIM_MS}` : "",
    isAimed ? (added <= AIM_MS ? "reached" : "MISSED") : "",
    short(median(of(SHARED, "scripts"))),
    short(median(of(SHARED, "redisCpu"))),
  ];
}
