// Tells the number of this process, and whether another one runs: for locks that outlive a process that was killed.

import type { Processes } from "../runtime/usage/ledger/folder-lock.ts";

export const PROCESSES: Processes = Object.freeze({ pid: process.pid, isAlive });

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (err) {
    // Another user's process runs, too.
    return (err as NodeJS.ErrnoException).code === "EPERM";
  }
}
