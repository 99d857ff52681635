// Starts the measured programs, pins them to a core, reads their output and stops them.
// Each program is stopped by its own PID, however the bench ends.

import { spawn } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** The core of the measured program. The load, the upstream and the bench itself share the other core. */
export const PROXY_CORE = "0";
export const LOAD_CORE = "1";

const START_MS = 60_000;
const STOP_MS = 3_000;

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/** Those of them that lead a process group, because they start programs themselves. @type {WeakSet<import("node:child_process").ChildProcess>} */
const leaders = new WeakSet();

/**
 * Starts a program pinned to one core. The output goes to `NAME.log` in `dir`.
 * @param {string} name
 * @param {readonly string[]} argv
 * @param {{ core: string, dir: string, env?: Record<string, string> }} how
 */
export function start(name, argv, { core, dir, env }) {
  const log = openSync(join(dir, `${name}.log`), "a");
  const child = spawn("taskset", ["-c", core, ...argv], {
    stdio: ["ignore", log, log],
    env: { ...process.env, ...env },
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  child.once("error", () => running.delete(child));
  return child;
}

/**
 * Runs a program until it ends and returns what it printed.
 * @param {readonly string[]} argv
 * @param {{ core: string, timeoutMs: number, hasChildren?: boolean }} how `hasChildren`: it starts programs, which must end with it
 * @returns {Promise<string>}
 */
export function run(argv, { core, timeoutMs, hasChildren = false }) {
  const child = spawn("taskset", ["-c", core, ...argv], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: hasChildren,
  });
  running.add(child);
  if (hasChildren) leaders.add(child);
  return new Promise((resolve, reject) => {
    let out = "";
    const timer = setTimeout(() => killNow(child), timeoutMs);
    child.stdout.setEncoding("utf8").on("data", (text) => {
      out += text;
    });
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      if (code === 0) resolve(out);
      else reject(new Error(`${argv.join(" ")} ended with ${signal ?? code}`));
    });
  });
}

/**
 * Stops one program and waits for it.
 * @param {import("node:child_process").ChildProcess} child
 */
export async function stop(child) {
  if (!running.has(child)) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await gone;
  clearTimeout(timer);
}

/** Kills every program that is still running, at once. */
export function killAll() {
  for (const child of running) killNow(child);
}

/** @param {import("node:child_process").ChildProcess} child that has not ended */
function killNow(child) {
  if (!leaders.has(child) || child.pid === undefined) return void child.kill("SIGKILL");
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group has ended, and the news of that is on its way.
  }
}

process.once("exit", killAll);
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.once(signal, () => process.exit(130));
}

/**
 * Waits until a port of this machine accepts connections.
 * @param {number} port
 * @param {import("node:child_process").ChildProcess} child the program that should listen; if it exits, the wait ends
 */
export async function untilListening(port, child) {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    if (await accepts(port)) return;
    await sleep(10);
  }
  throw new Error(`nothing listens on ${port} after ${START_MS} ms`);
}

/** @param {number} port @returns {Promise<boolean>} */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** Finds a port that was free a moment ago. @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Finds the path of a program; `undefined` if it is not installed. @param {string} name */
export function which(name) {
  const dirs = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/usr/local/sbin"];
  return dirs.map((dir) => join(dir, name)).find((path) => existsSync(path));
}
