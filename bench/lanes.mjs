// Starts targets and runs windows of load on them in turn, so that their figures can be compared.

import { join } from "node:path";
import { TOKEN } from "./gateway-config.mjs";
import { poolTimes } from "./pool.mjs";
import { LOAD_CORE, run } from "./processes.mjs";

const WINDOW_TIMEOUT_MS = 120_000;

/** @typedef {Record<string, number | readonly number[]>} Window */

/** One of the things that are run in turn: a name, and a function that runs one window. @typedef {{ name: string, window: () => Promise<Window> }} Lane */

/**
 * Runs one window of load on a running target.
 * @param {import("./targets.mjs").Running} running
 * @param {import("./workloads.mjs").Workload} workload
 * @param {import("./workloads.mjs").Size} size
 * @returns {Promise<Window>}
 */
export async function load(running, workload, size) {
  const { port, pid, path, headers } = running;
  const settings = JSON.stringify({ port, pid, path, headers, token: TOKEN, ...workload.settings(size) });
  const main = join(import.meta.dirname, "load/main.mjs");
  const out = await run([process.execPath, main, workload.load, settings], {
    core: LOAD_CORE,
    timeoutMs: WINDOW_TIMEOUT_MS,
  });
  return JSON.parse(out);
}

/**
 * Runs all lanes in turn. Each round begins with another lane, so that a change in the machine's speed affects all lanes alike.
 * @param {readonly Lane[]} lanes @param {number} rounds
 * @param {(line: string) => void} [say] is told which lane failed, and why
 * @returns {Promise<Map<string, Window[]>>} without the lanes that failed
 */
export async function inTurn(lanes, rounds, say = console.log) {
  /** @type {Map<string, Window[]>} */
  const windows = new Map(lanes.map(({ name }) => [name, []]));
  const failed = new Set();
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < lanes.length; i++) {
      const lane = lanes[(i + round) % lanes.length];
      if (lane === undefined || failed.has(lane.name)) continue;
      try {
        windows.get(lane.name)?.push(await lane.window());
      } catch (error) {
        failed.add(lane.name);
        windows.delete(lane.name);
        say(`gave up on ${lane.name}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
  for (const own of windows.values()) poolTimes(own);
  return windows;
}

/**
 * @param {readonly import("./targets.mjs").Target[]} targets
 * @param {number} upstreamPort @param {string} dir
 * @param {(line: string) => void} [say] is told which target could not be started, and why
 */
export async function startAll(targets, upstreamPort, dir, say = console.log) {
  const running = [];
  for (const one of targets) {
    try {
      running.push(await one.start(upstreamPort, dir));
    } catch (error) {
      say(`left out: ${error instanceof Error ? error.message : error}`);
    }
  }
  return running;
}

/**
 * @param {import("./targets.mjs").Target} one
 * @param {import("./workloads.mjs").Workload} workload
 * @param {import("./workloads.mjs").Size} size
 * @param {number} upstreamPort @param {string} dir
 */
export async function freshWindow(one, workload, size, upstreamPort, dir) {
  const running = await one.start(upstreamPort, dir);
  try {
    return await load(running, workload, size);
  } finally {
    await running.stop();
  }
}
