// Reads the processor time that a process or a core has used, as the scheduler counts it.
// It is not wall time: other work on the machine changes it only through shared caches and the clock rate.

import { readdirSync, readFileSync } from "node:fs";

/**
 * The processor time that all threads of a process have used so far, in microseconds.
 * @param {number} pid
 */
export function ownCpuMicros(pid) {
  let nanos = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    nanos += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "latin1").split(" ", 1)[0]);
  }
  return nanos / 1000;
}

/**
 * The processor time that a process and its children have used so far, in microseconds.
 * @param {number} pid
 * @returns {number}
 */
export function cpuMicros(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "latin1").split(" ").filter(Boolean),
  );
  return children.reduce((sum, child) => sum + cpuMicros(Number(child)), ownCpuMicros(pid));
}

/** Ticks per second in `/proc/stat`. Linux fixes this number in its interface to programs. */
const TICKS = 100;

/**
 * The processor time that a core has spent on any work so far, in microseconds.
 * @param {string} core number of the core
 */
export function coreMicros(core) {
  const line = readFileSync("/proc/stat", "latin1")
    .split("\n")
    .find((text) => text.startsWith(`cpu${core} `));
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (line ?? "")
    .split(/ +/)
    .slice(1)
    .map(Number);
  return ((user + nice + system + irq + softirq + steal) / TICKS) * 1e6;
}
