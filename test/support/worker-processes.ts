// Finds the worker processes of a gateway, and tells whether a process still runs. Linux only: it reads `/proc`.

import { readFileSync } from "node:fs";
import { until } from "./deadline.ts";

/** The process ids of the workers of a gateway, oldest first. */
export function workersOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return text === "" ? [] : text.split(" ").map(Number);
}

/** Whether a process runs. One that has ended, and that its parent has not asked about, does not. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Waits until none of the processes runs. */
export function untilGone(pids: readonly number[]): Promise<void> {
  return until(`the end of the processes ${pids.join(", ")}`, () => !pids.some(isRunning));
}
