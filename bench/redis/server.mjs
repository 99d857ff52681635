// Starts a Redis server for a measurement, on a free port and without a disk, and reads what it has done.

import { execFileSync } from "node:child_process";
import { freePort, start, stop, untilListening, which } from "../processes.mjs";

/** The path of redis-server; `undefined` if it is not installed. */
export const REDIS = which("redis-server");

/**
 * What a Redis server has done since its start. Bytes in are those that it received. CPU is in µs. `scripts` counts runs of scripts.
 * @typedef {{ cpu: number, scripts: number, bytesIn: number, bytesOut: number, memory: number }} Done
 */

/** @typedef {{ port: number, pid: number, url: string, cli: (...words: string[]) => string, done: () => Done, stop: () => Promise<void> }} RedisServer */

/**
 * @param {{ dir: string, core: string }} where
 * @returns {Promise<RedisServer>}
 */
export async function startRedis({ dir, core }) {
  const port = await freePort();
  const options = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", dir];
  const child = start("redis", [REDIS ?? "redis-server", ...options], { core, dir });
  await untilListening(port, child);
  const cli = (/** @type {string[]} */ ...words) =>
    execFileSync("redis-cli", ["-p", `${port}`, ...words], { encoding: "utf8", timeout: 10_000 }).trim();
  return {
    port,
    pid: Number(child.pid),
    url: `redis://127.0.0.1:${port}`,
    cli,
    done: () => doneOf(cli("INFO", "everything")),
    stop: () => stop(child),
  };
}

/** Reads the answer of `INFO everything`. @param {string} info @returns {Done} */
function doneOf(info) {
  const number = (/** @type {RegExp} */ pattern) => Number(pattern.exec(info)?.[1] ?? 0);
  return {
    cpu: 1e6 * (number(/^used_cpu_user_main_thread:([\d.]+)/m) + number(/^used_cpu_sys_main_thread:([\d.]+)/m)),
    scripts: number(/^cmdstat_evalsha:calls=(\d+)/m) + number(/^cmdstat_eval:calls=(\d+)/m),
    bytesIn: number(/^total_net_input_bytes:(\d+)/m),
    bytesOut: number(/^total_net_output_bytes:(\d+)/m),
    memory: number(/^used_memory:(\d+)/m),
  };
}
