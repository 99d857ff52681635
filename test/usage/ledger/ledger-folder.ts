// Gives tests of the ledger lines to write, a folder that is deleted again, and a ledger with a clock that the test sets.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { type LedgerParts, type OpenedLedger, openLedger } from "../../../src/runtime/usage/ledger/ledger.ts";
import type { LedgerLine } from "../../../src/runtime/usage/ledger-line.ts";

export const NOON = Date.UTC(2026, 10, 23, 12);

export function line(some: Partial<LedgerLine> = {}): LedgerLine {
  return {
    at: new Date(NOON).toISOString(),
    request_id: "r1",
    client: "ana",
    route: "chat",
    upstream: "main",
    model: "gpt-5",
    requested_model: "gpt-5",
    usage: "reported",
    input_tokens: 100,
    cache_read_tokens: 40,
    cache_write_tokens: null,
    output_tokens: 10,
    reasoning_tokens: 0,
    cost_usd: 0.00125,
    price: "config",
    charged_tokens: 110,
    charged_usd: 0.00125,
    stream: false,
    status: 200,
    outcome: "success",
    duration_ms: 812,
    ttft_ms: null,
    attempts: 1,
    ...some,
  };
}

/** A clock that the test sets. */
export function handClock(start = NOON) {
  return {
    time: start,
    now() {
      return this.time;
    },
  };
}

export interface Told {
  readonly events: string[];
  readonly parts: LedgerParts;
}

/** Writes down what the ledger tells. Nothing happens by itself, unless the test gives times. */
export function recordingParts(some: Partial<LedgerParts> = {}): Told {
  const events: string[] = [];
  const parts: LedgerParts = {
    clock: handClock(),
    processes: { pid: process.pid, isAlive: () => true },
    events: {
      onTrouble: (code) => events.push(`trouble ${code}`),
      onRecovery: (lost) => events.push(`recovery ${lost}`),
      onLost: (lines) => events.push(`lost ${lines}`),
      onCheckpointTrouble: (code) => events.push(`checkpoint ${code}`),
      onRebuilt: (reason) => events.push(`rebuilt: ${reason}`),
      onSkipped: (lines) => events.push(`skipped ${lines}`),
    },
    times: { flushMs: 1e9, retryMs: 1e9, checkpointMs: 1e9 },
    ...some,
  };
  return { events, parts };
}

const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "ledger-"));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Opens a ledger, and closes it after the test. */
export async function opened(dir: string, parts: LedgerParts, keepDays = 400): Promise<OpenedLedger> {
  const result = await openLedger({ dir, keepDays }, parts);
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result)}`);
  cleanups.push(() => result.ledger.close());
  return result;
}

export function ledgerFiles(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith(".jsonl"))
    .sort();
}

export function textOf(dir: string, day = "2026-11-23"): string {
  return readFileSync(join(dir, `usage-${day}.jsonl`), "utf8");
}

/** The ids of the requests in all files, in the order of the files. Counts whole lines only, and nothing else may be there. */
export function idsIn(dir: string): string[] {
  return ledgerFiles(dir).flatMap((name) =>
    readFileSync(join(dir, name), "utf8")
      .split("\n")
      .filter((text) => text !== "")
      .map((text) => (JSON.parse(text) as LedgerLine).request_id),
  );
}
