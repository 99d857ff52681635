// Measures how long the gateway takes to start: whole processes, compared with the same Node that does nothing.

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BEFORE, GATEWAY } from "./aims.mjs";
import { gatewayConfig } from "./gateway-config.mjs";
import { PROXY_CORE } from "./processes.mjs";
import { median, ratios } from "./statistics.mjs";
import { short } from "./table.mjs";
import { ROOT } from "./targets.mjs";

const GIVE_UP_MS = 10_000;

/**
 * Runs a program until it ends, or until it prints `word`. Returns the time that this took, in ms.
 * @param {readonly string[]} argv
 * @param {string} [word]
 * @returns {Promise<number>}
 */
function timed(argv, word) {
  return new Promise((resolve, reject) => {
    const at = performance.now();
    const child = spawn("taskset", ["-c", PROXY_CORE, ...argv], { stdio: ["ignore", "pipe", "ignore"] });
    const timer = setTimeout(() => child.kill("SIGKILL"), GIVE_UP_MS);
    let took = Number.NaN;
    child.stdout.on("data", (chunk) => {
      if (word === undefined || !Number.isNaN(took) || !String(chunk).includes(word)) return;
      took = performance.now() - at;
      child.kill("SIGKILL");
    });
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      if (word === undefined && code === 0) resolve(performance.now() - at);
      else if (word !== undefined && !Number.isNaN(took)) resolve(took);
      else reject(new Error(`${argv.join(" ")} ended with ${code}`));
    });
  });
}

/**
 * Prints one table. Ratios compare with `node -e 0`.
 * @param {import("./workloads.mjs").Run} run
 */
export async function runStartup({ dir, size, before, report, results }) {
  const checkouts = { [GATEWAY]: ROOT, ...(before !== undefined && { [BEFORE]: before }) };
  const times = await startup(checkouts, ROOT, dir, size.quick ? 7 : 21);
  const base = times["node -e 0"] ?? [];
  const rows = Object.entries(times).map(([name, own]) => {
    const ratio = ratios(own, base, false);
    return [name, short(median(own)), short(Math.min(...own)), short(ratio.median), short(ratio.best)];
  });
  report.table("Start-up, whole process", ["ms", "median", "best", "× node", "best × node"], rows);
  results["startup"] = Object.fromEntries(
    Object.entries(times).map(([name, own]) => [name, own.map((ms) => ({ ms }))]),
  );
}

/**
 * @param {Readonly<Record<string, string>>} checkouts the name of each, as it is shown, and its folder
 * @param {string} root of the checkout that is also started with usage metering
 * @param {string} dir for files
 * @param {number} rounds
 * @returns {Promise<Record<string, number[]>>} times in ms
 */
async function startup(checkouts, root, dir, rounds) {
  const config = join(dir, "startup.yaml");
  writeFileSync(config, gatewayConfig({ port: 0, upstreamPort: 9, dir }));
  const metered = join(dir, "startup-metered.yaml");
  writeFileSync(metered, gatewayConfig({ port: 0, upstreamPort: 9, dir }, { usage: true }));
  /** @type {Record<string, () => Promise<number>>} */
  const commands = { "node -e 0": () => timed([process.execPath, "-e", "0"]) };
  for (const [name, folder] of Object.entries(checkouts)) {
    const bin = [process.execPath, join(folder, "bin/ai-gw-lite.js")];
    commands[`${name}: check`] = () => timed([...bin, "check", "--config", config]);
    commands[`${name}: serve to listening`] = () => timed([...bin, "serve", "--config", config], "listening");
  }
  const bin = [process.execPath, join(root, "bin/ai-gw-lite.js")];
  commands["metered: check"] = () => timed([...bin, "check", "--config", metered]);
  commands["metered: serve to listening"] = () => timed([...bin, "serve", "--config", metered], "listening");
  /** @type {Record<string, number[]>} */
  const times = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const list = times[name] ?? [];
      times[name] = list;
      list.push(await command());
    }
  }
  return times;
}
