// Describes what a gateway in a worker is given by the primary, in place of a ledger and of meters of its own.

import type { ServerSpec } from "../../plan/blueprint.ts";
import type { Reply } from "../../plan/replies.ts";
import type { BuiltInEndpoints, BuiltInRequest } from "../endpoints/built-in.ts";
import { noopObserver, type Observer } from "../exchange/observer.ts";
import type { RestoredUsage } from "../limits/budgets.ts";
import type { ChargeOwner } from "../limits/shared/shared-counts.ts";
import type { StateNews } from "../limits/shared/state-news.ts";
import type { Ledger } from "../usage/ledger/ledger.ts";
import { forwardedEndpoints } from "./forwarded-endpoints.ts";
import type { WorkerReports } from "./worker-reports.ts";

/** What the ledger knew when the primary started. It can be cloned. */
export interface Restored {
  /** What was charged, by the `client` of the lines. */
  readonly sums: ReadonlyMap<string, RestoredUsage>;
  /** The warnings of budgets that were given: the percent of each, by its name. */
  readonly warned: ReadonlyMap<string, number>;
}

export interface PrimaryLink {
  /** Tells the primary's meters. */
  readonly observer: Observer;
  /** Takes the lines of the ledger; `undefined`: usage is written nowhere. */
  readonly ledger: Pick<Ledger, "append"> | undefined;
  /** The metrics endpoints, which the primary answers; `undefined` without metrics. */
  readonly endpoints: BuiltInEndpoints | undefined;
  readonly restored: Restored;
  /** In whose name the worker writes charges to Redis. */
  readonly owner: ChargeOwner;
  /** Tells the primary when Redis goes and when it is back. */
  readonly news: StateNews;
  /** Sends what waits to be reported. */
  flush(): void;
}

export interface WorkerLinkParts {
  readonly reports: WorkerReports;
  /** Has the primary answer a request for a metrics endpoint. It may be rejected, or never be settled. */
  readonly ask: (request: BuiltInRequest) => Promise<Reply>;
  readonly restored: Restored;
  readonly owner: ChargeOwner;
  readonly news: StateNews;
}

/** Makes the link of a worker. Without metrics or without a ledger, nothing is reported of them. */
export function workerLink(
  { metrics, ledger }: Pick<ServerSpec, "metrics" | "ledger">,
  { reports, ask, restored, owner, news }: WorkerLinkParts,
): PrimaryLink {
  return {
    observer: metrics === undefined ? noopObserver : reports,
    ledger: ledger && reports,
    endpoints: metrics && forwardedEndpoints(metrics, ledger !== undefined, ask),
    restored,
    owner,
    news,
    flush: () => reports.flush(),
  };
}
