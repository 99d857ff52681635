// Makes folders for the ledgers of test gateways, and removes them after the tests of a file.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { LedgerLine } from "../../src/runtime/usage/ledger-line.ts";

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function ledgerFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "gateway-ledger-"));
  folders.push(folder);
  return folder;
}

/** The lines of a config that switch metering on, with a ledger of its own. */
export function metered(): string[] {
  return [`usage: {enabled: true, ledger: {dir: ${ledgerFolder()}}}`];
}

/** The lines of a ledger, in the order in which they were written. */
export function ledgerLines(folder: string): LedgerLine[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LedgerLine);
}
