// Tests that the lock of the ledger's folder can tell a process that runs from one that has ended.

import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { runningProcesses } from "../../src/cli/running-processes.ts";

test("a process that has ended is not alive, others are", () => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  expect(runningProcesses.pid).toBe(process.pid);
  expect(runningProcesses.isAlive(process.pid)).toBe(true);
  expect(runningProcesses.isAlive(process.ppid)).toBe(true);
  expect(runningProcesses.isAlive(pid)).toBe(false);
});
