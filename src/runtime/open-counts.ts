// Opens what counts usage and limits: the ledger and the budgets, and the limits that several processes share.

import type { Blueprint } from "../plan/blueprint.ts";
import type { Clock } from "./clock.ts";
import type { Observer } from "./exchange/observer.ts";
import { logStateNews } from "./log-state-news.ts";
import type { Books } from "./metering/route-books.ts";
import type { Log } from "./observe/logs/log.ts";
import { linkedBooks, type OpenBooks, openBooks } from "./open-books.ts";
import { openSharedLimits } from "./open-shared-limits.ts";
import type { Processes } from "./usage/ledger/folder-lock.ts";
import { onlyOwner } from "./workers/charge-owner.ts";
import type { PrimaryLink } from "./workers/primary-link.ts";

export interface CountsParts {
  readonly log: Log;
  readonly clock: Clock;
  readonly processes: Processes;
  /** Present in a worker. */
  readonly primary: PrimaryLink | undefined;
}

/** @throws when the folder of the ledger can't be used, or another process uses it */
export async function openCounts(blueprint: Blueprint, { log, clock, processes, primary }: CountsParts) {
  const { ledger, redis } = blueprint.server;
  const warns = redis === undefined;
  const { books, restored } = primary
    ? { books: linkedBooks(primary), restored: primary.restored }
    : await openBooks(ledger, { clock, log, processes, warns });
  const { budgets } = books;
  const owner = primary?.owner ?? onlyOwner(books.ledger?.id);
  const news = redis && (primary?.news ?? logStateNews(log, redis.onFailure, "this process"));
  const ofShared = { budgets, restored: restored.sums, owner, log };
  const shared = redis && news && (await openSharedLimits({ ...ofShared, spec: redis, news }));
  await shared?.adopt(blueprint);
  const charge: Books["charge"] = shared
    ? (...charged) => shared.budgets.charge(...charged)
    : (...charged) => budgets.charge(...charged);
  return { books, shared, charge };
}

/** What the routes of a gateway share. */
export function booksOf(books: OpenBooks, charge: Books["charge"], observer: Observer, clock: Clock): Books {
  const metered: Books["metered"] = (record, usage) => observer.metered(record, usage);
  return { ...books, ledger: books.lines, charge, clock, metered };
}
