// Measures on a real Redis what the calls of gateways cost it. The scripts are those of the source tree.

import { quantile } from "../statistics.mjs";
import { CALLS, Gateways } from "./exchanges.mjs";
import { startRedis } from "./server.mjs";

/** @typedef {import("./exchanges.mjs").Kind} Kind */

/** How many slots an exchange holds: of all requests, of its client, and of its upstream. */
const SLOTS = { rate: 0, inflight: 3, everything: 3 };

/** How many exchanges are held, and slots renewed, to see what one costs. */
const HELD = 4000;
const RENEWALS = 10;
const PROBES = 4000;

/**
 * Measures exchanges of one kind, by a number of gateways.
 * @param {{ source: import("./source.mjs").Source, dir: string, core: string }} where
 * @param {{ kind: Kind, gateways: number, perSecond: number, seconds: number }} load `perSecond` of all gateways together
 */
export async function measureExchanges({ source, dir, core }, { kind, gateways, perSecond, seconds }) {
  const redis = await startRedis({ dir, core });
  const fleet = await Gateways.open(source, redis.url, gateways);
  try {
    await fleet.run({ kind, perSecond, seconds: 0.5, holdMs: 0 });
    const before = redis.done();
    const { exchanges, waits } = await fleet.run({ kind, perSecond, seconds, holdMs: 20 });
    const after = redis.done();
    const each = (/** @type {"cpu" | "scripts" | "bytesIn" | "bytesOut"} */ key) =>
      (after[key] - before[key]) / exchanges;
    return {
      cost: {
        cpu: each("cpu"),
        scripts: CALLS[kind],
        bytesIn: each("bytesIn"),
        bytesOut: each("bytesOut"),
        slots: SLOTS[kind],
      },
      ranScripts: each("scripts"),
      p50: quantile(waits, 0.5),
      p99: quantile(waits, 0.99),
    };
  } finally {
    await fleet.close();
    await redis.stop();
  }
}

/**
 * Measures what else gateways ask, and how much memory they need there.
 * @param {{ source: import("./source.mjs").Source, dir: string, core: string }} where
 */
export async function measureRest({ source, dir, core }) {
  const redis = await startRedis({ dir, core });
  const fleet = await Gateways.open(source, redis.url, 1);
  try {
    // All clients and scripts are known to Redis after this.
    await fleet.run({ kind: "everything", perSecond: 500, seconds: 1, holdMs: 0 });
    const idle = redis.done();
    const held = await fleet.hold("everything", HELD);
    const holding = redis.done();
    for (let i = 0; i < RENEWALS; i++) await fleet.renew(held);
    const renewed = redis.done();
    await fleet.probe(PROBES);
    const probed = redis.done();
    return {
      slotCpu: (renewed.cpu - holding.cpu) / (RENEWALS * HELD),
      slotBytes: (renewed.bytesIn - holding.bytesIn) / (RENEWALS * HELD),
      probeCpu: (probed.cpu - renewed.cpu) / PROBES,
      bytesInFlight: (holding.memory - idle.memory) / HELD,
      bytesOfClient: await usageBytes(redis, fleet),
    };
  } finally {
    await fleet.close();
    await redis.stop();
  }
}

/**
 * How much a client needs after all days that are kept, ten processes of which have charged it, for each process and day.
 * @param {import("./server.mjs").RedisServer} redis @param {Gateways} fleet
 */
async function usageBytes(redis, fleet) {
  const [processes, days] = [10, 64];
  await fleet.charge("client kept", processes, days);
  return Number(redis.cli("MEMORY", "USAGE", "bench:{client:kept}:usage", "SAMPLES", "0")) / (processes * days);
}
