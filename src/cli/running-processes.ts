// Says which process this is, and whether another one runs, for the lock of the ledger's folder.

import type { Processes } from "../runtime/usage/ledger/folder-lock.ts";

export const runningProcesses: Processes = { pid: process.pid, isAlive };

function isAlive(pid: number): boolean {
  try {
    // Signal 0 is not sent: it only asks.
    process.kill(pid, 0);
    return true;
  } catch (err) {
    // A process of another user runs, too.
    return (err as NodeJS.ErrnoException).code === "EPERM";
  }
}
