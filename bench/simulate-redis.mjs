// Says what a Redis sees of 1, 10 and 100 gateways with 1,000 requests a second each, where one Redis ends, and what block leases would change.
// It measures what the calls cost a real Redis, and works out the rest. `node bench/simulate-redis.mjs --help` lists the options.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { LOAD_CORE, PROXY_CORE } from "./processes.mjs";
import { forecast } from "./redis/forecast.mjs";
import { measureExchanges, measureRest } from "./redis/measure.mjs";
import { minutesTable } from "./redis/minutes.mjs";
import { REDIS } from "./redis/server.mjs";
import { loadSource } from "./redis/source.mjs";
import { median } from "./statistics.mjs";
import { short, table } from "./table.mjs";

const HELP = `node bench/simulate-redis.mjs [options]
  --per-second N   exchanges a second while costs are measured, of all gateways together (default 1000)
  --seconds N      length of each measurement (default 5)
  --rounds N       how often each is measured; the median counts (default 3)
  --blocks         only the model of block leases; needs no Redis`;

const { values: options } = parseArgs({
  options: {
    "per-second": { type: "string", default: "1000" },
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
    blocks: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const GATEWAYS = [1, 10, 100];

/** @type {readonly { kind: import("./redis/exchanges.mjs").Kind, title: string }[]} */
const KINDS = [
  { kind: "rate", title: "rates" },
  { kind: "inflight", title: "rates, in flight" },
  { kind: "everything", title: "rates, in flight, tokens, budgets" },
];

/** What is assumed of the requests. An upstream key that is full all the time, for each gateway, is much. */
const ASSUMED = { perSecond: 1000, seconds: 5, clients: 100, fullGates: 1 };

/** @param {{ source: import("./redis/source.mjs").Source, dir: string, core: string }} where */
async function measureAll(where) {
  const load = { perSecond: Number(options["per-second"]), seconds: Number(options.seconds) };
  /** @type {Map<string, Awaited<ReturnType<typeof measureExchanges>>[]>} */
  const windows = new Map();
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const { kind } of KINDS) {
      for (const gateways of GATEWAYS) {
        const name = `${kind} ${gateways}`;
        const window = await measureExchanges(where, { kind, gateways, ...load });
        windows.set(name, [...(windows.get(name) ?? []), window]);
      }
    }
  }
  return KINDS.flatMap(({ kind, title }) =>
    GATEWAYS.map((gateways) => {
      const all = windows.get(`${kind} ${gateways}`) ?? [];
      const typical = [...all].sort((a, b) => a.cost.cpu - b.cost.cpu)[Math.floor(all.length / 2)];
      if (typical === undefined) throw new Error("nothing was measured");
      const best = Math.min(...all.map(({ cost }) => cost.cpu));
      return { kind, title, gateways, ...typical, best, p50: median(all.map(({ p50 }) => p50)) };
    }),
  );
}

/** @param {Awaited<ReturnType<typeof measureAll>>} measured */
function costsTable(measured) {
  const head = ["limits", "gateways", "CPU µs", "best", "scripts", "bytes in", "bytes out", "wait p50 ms"];
  const rows = measured.map(({ title, gateways, cost, best, ranScripts, p50 }) => [
    title,
    `${gateways}`,
    short(cost.cpu),
    short(best),
    short(ranScripts),
    short(cost.bytesIn),
    short(cost.bytesOut),
    short(p50),
  ]);
  return table(head, rows);
}

/**
 * @param {Awaited<ReturnType<typeof measureAll>>} measured
 * @param {Awaited<ReturnType<typeof measureRest>>} rest
 */
function forecastTable(measured, rest) {
  const head = [
    "limits",
    "gateways",
    "calls/s",
    "renewals/s",
    "probes/s",
    "MB/s in",
    "MB/s out",
    "% of a core",
    "one Redis ends at, requests/s",
  ];
  const rows = measured.map(({ title, gateways, cost }) => {
    const seen = forecast({ ...ASSUMED, gateways }, { exchange: cost, ...rest });
    return [
      title,
      `${gateways}`,
      ...[seen.calls, seen.renewals, seen.probes, seen.megabytesIn, seen.megabytesOut, seen.core, seen.end].map(short),
    ];
  });
  return table(head, rows);
}

async function main() {
  if (options.help) return void console.log(HELP);
  if (!options.blocks) {
    if (REDIS === undefined) throw new Error("redis-server is not installed; --blocks needs none");
    spawnSync("taskset", ["-cp", LOAD_CORE, `${process.pid}`]);
    const dir = mkdtempSync(join(tmpdir(), "simulate-redis-"));
    process.once("exit", () => rmSync(dir, { recursive: true, force: true }));
    const where = { source: await loadSource(dir), dir, core: PROXY_CORE };
    const measured = await measureAll(where);
    const rest = await measureRest(where);
    console.log(
      `What one exchange costs Redis, at ${options["per-second"]} exchanges a second\n${costsTable(measured)}`,
    );
    console.log(
      `\nRenewing a slot: ${short(rest.slotCpu)} µs, ${short(rest.slotBytes)} bytes. Asking a full upstream: ${short(rest.probeCpu)} µs.`,
    );
    console.log(
      `Memory: ${short(rest.bytesInFlight)} bytes for each exchange in flight; ${short(rest.bytesOfClient)} for what a process has charged to a client on a day.`,
    );
    const { perSecond, seconds, clients } = ASSUMED;
    console.log(
      `\nWhat Redis sees of gateways with ${perSecond} requests/s each, in flight for ${seconds} s, of ${clients} clients\n${forecastTable(measured, rest)}`,
    );
  }
  console.log(`\nBlock leases: a minute, half of the requests at one gateway\n${minutesTable()}`);
}

await main();
