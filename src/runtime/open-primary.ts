// Opens what the primary of several workers has in their place: the ledger, the meters, and the endpoints that show both.

import type { Blueprint } from "../plan/blueprint.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Log } from "./observe/logs/log.ts";
import { logBug } from "./observe/logs/log-bug.ts";
import { type OpenBooks, openBooks } from "./open-books.ts";
import { budgetedClients, openMetrics } from "./open-metrics.ts";
import type { Processes } from "./usage/ledger/folder-lock.ts";
import { ticksOf } from "./usage/ledger/line-text.ts";
import type { LedgerLine } from "./usage/ledger-line.ts";
import { newestBudgets, summed, worstHealth } from "./workers/figures.ts";
import { type Fleet, FleetFigures } from "./workers/fleet-figures.ts";
import { PrimaryBooks } from "./workers/primary-books.ts";

export interface PrimaryOptions {
  /** The gateway's own version, shown in metrics and summary. */
  readonly version: string;
  /** Who holds the lock of the ledger. */
  readonly processes: Processes;
  readonly fleet: Fleet;
  readonly clock?: Clock | undefined;
  /** How long a worker may take to give its figures, ms. */
  readonly answerMs?: number;
}

/**
 * Opens them.
 * @throws an error of the ledger: its folder can't be used, or another process uses it
 */
export async function openPrimary(
  blueprint: Blueprint,
  log: Log,
  { version, processes, fleet, clock = systemClock, answerMs }: PrimaryOptions,
): Promise<PrimaryBooks> {
  const { books, restored } = await openBooks(blueprint.server.ledger, { clock, log, processes, warns: false });
  const { budgets, ledger } = books;
  const figures = new FleetFigures(fleet, answerMs);
  let budgeted = budgetedClients(blueprint);
  const shownBudgets = () => newestBudgets(budgets.shown(clock.now(), budgeted), figures.current);
  const metrics = await openMetrics(blueprint, {
    clock,
    version,
    waiting: () => summed(figures.current, ({ waiting }) => waiting),
    clients: () => summed(figures.current, ({ clients }) => clients),
    health: () => worstHealth(figures.current),
    budgets: ledger && shownBudgets,
    ledger,
    state: blueprint.server.redis && (() => figures.state()),
    refresh: () => figures.refresh(),
    workers: figures,
  });
  return new PrimaryBooks({
    meters: metrics?.meters,
    endpoints: metrics?.endpoints,
    figures,
    ledgerId: ledger?.id,
    restored,
    append: (line) => append(line, books),
    adopt: (next) => {
      budgeted = budgetedClients(next);
    },
    onBug: (err) => logBug(log, err),
    close: async () => ledger?.close(),
  });
}

/** Writes a line, and counts what it charges. Warnings of budgets are given by the workers, which share what is used. */
function append(line: LedgerLine, { budgets, ledger }: OpenBooks): void {
  ledger?.append(line);
  const { client, charged_tokens: tokens, charged_usd } = line;
  budgets.charge(client, undefined, { tokens, ticks: ticksOf(charged_usd) }, Date.parse(line.at));
}
