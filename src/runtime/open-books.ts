// Opens the ledger of a gateway when it starts, and makes its budgets with what was charged before.

import type { LedgerSpec } from "../plan/usage.ts";
import type { Clock } from "./clock.ts";
import { Budgets, type BudgetWarning } from "./limits/budgets.ts";
import { LateLines } from "./metering/late-lines.ts";
import type { Log } from "./observe/logs/log.ts";
import type { Processes } from "./usage/ledger/folder-lock.ts";
import { type Ledger, type LedgerEvents, type LedgerRefusal, openLedger } from "./usage/ledger/ledger.ts";
import type { PrimaryLink, Restored } from "./workers/primary-link.ts";

export interface OpenBooks {
  readonly budgets: Budgets;
  /** `undefined`: usage is written nowhere. */
  readonly ledger: Ledger | undefined;
  /** Takes the lines of the ledger: that of this process, or the link to the primary, which has it. */
  readonly lines: Pick<Ledger, "append"> | undefined;
  /** The exchanges whose lines come after their end. */
  readonly late: LateLines;
}

/** What is opened is kept. What was read may be let go: with many clients it is large. */
export interface OpenedBooks {
  readonly books: OpenBooks;
  /** What the ledger knew. */
  readonly restored: Restored;
}

export interface BooksParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly processes: Processes;
  /** Warnings of budgets are given here: they are not shared with other processes. */
  readonly warns: boolean;
}

/**
 * Opens them.
 * @param spec `undefined`: without a ledger. Budgets then count from now on
 * @throws when the folder of the ledger can't be used, or another process uses it
 */
export async function openBooks(
  spec: LedgerSpec | undefined,
  { clock, log, processes, warns }: BooksParts,
): Promise<OpenedBooks> {
  const onPassed = (warning: BudgetWarning): void => {
    if (!warns) return;
    log.warn({ ...warning }, "budget used");
    ledger?.warningGiven();
  };
  let ledger: Ledger | undefined;
  const budgets = new Budgets({ onPassed });
  if (spec === undefined) {
    return { books: { budgets, ledger: undefined, lines: undefined, late: new LateLines() }, restored: NOTHING };
  }
  const opened = await openLedger(spec, { clock, processes, events: ledgerEvents(spec, log) });
  if (!opened.ok) throw new Error(refusalText(spec, opened));
  const { sums, warned } = opened;
  ledger = opened.ledger;
  budgets.restore(sums, warned);
  ledger.keepWarnings(() => budgets.warningsGiven());
  return { books: { budgets, ledger, lines: ledger, late: new LateLines() }, restored: { sums, warned } };
}

const NOTHING: Restored = { sums: new Map(), warned: new Map() };

/**
 * The books of a worker: the primary has the ledger, and workers give the warnings of budgets by what they share. What the worker counts itself are its own requests
 * and what was charged before the gateway started.
 */
export function linkedBooks({ ledger: lines, restored }: PrimaryLink): OpenBooks {
  const budgets = new Budgets({ onPassed: () => {} });
  budgets.restore(restored.sums, restored.warned);
  return { budgets, ledger: undefined, lines, late: new LateLines() };
}

function refusalText({ dir }: LedgerSpec, refusal: LedgerRefusal): string {
  if (refusal.reason === "unusable") return `the folder of the ledger, ${dir}, can't be used: ${refusal.code}`;
  return `the folder of the ledger, ${dir}, is used by another process (${refusal.pid}): each gateway needs its own usage.ledger.dir`;
}

function ledgerEvents({ dir }: LedgerSpec, log: Log): LedgerEvents {
  return {
    onTrouble: (code) =>
      log.error(
        { dir, code },
        "the ledger can't be written: its lines wait in memory, and when 8 MiB wait, further lines are lost",
      ),
    onRecovery: (lost) => log.warn({ dir, lost_lines: lost }, "the ledger is written again"),
    onLost: (lines) =>
      log.error(
        { dir, lost_lines: lines },
        "lines of the ledger are lost: they could not be written before the gateway stopped",
      ),
    onCheckpointTrouble: (code) =>
      log.error(
        { dir, code },
        "the checkpoint of the ledger can't be written: the next start reads more of the ledger and takes longer",
      ),
    onRebuilt: (reason) => log.warn({ dir, reason }, "the sums of the ledger were rebuilt from its files"),
    onSkipped: (lines) => log.warn({ dir, lines }, "lines of the ledger can't be read and are not counted"),
  };
}
