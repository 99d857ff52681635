// How much processor time has a process used? Read from the scheduler: not wall time, so other work on the machine
// stretches it only through shared caches and clock.

import { readdirSync, readFileSync } from "node:fs";

/**
 * Processor time of all threads of a process so far, microseconds.
 * @param {number} pid
 */
export function cpuMicros(pid) {
  let nanos = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    nanos += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "latin1").split(" ", 1)[0]);
  }
  return nanos / 1000;
}

/** Ticks of `/proc/stat` per second: fixed in Linux's interface to programs. */
const TICKS = 100;

/**
 * Processor time that a core has spent on anything so far, microseconds.
 * @param {string} core its number
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
