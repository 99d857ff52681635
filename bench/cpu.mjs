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
