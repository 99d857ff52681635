// Opens the meters of a gateway and the endpoints that show them. prom-client is loaded only where metrics are configured.

import { type Blueprint, clientsOf } from "../plan/blueprint.ts";
import type { ClientBudgets } from "../plan/usage.ts";
import type { Clock } from "./clock.ts";
import type { BuiltInEndpoints } from "./endpoints/built-in.ts";
import { metricsEndpoints } from "./endpoints/metrics.ts";
import { readPage } from "./endpoints/ui.ts";
import type { ShownBudget } from "./limits/budgets.ts";
import type { ShownHealth } from "./limits/shown-health.ts";
import { Meters } from "./observe/metrics/meters.ts";
import type { ProcessFigures } from "./observe/metrics/process-figures.ts";
import type { SharedState } from "./observe/metrics/state-families.ts";
import { summarise, type WorkerCounts } from "./observe/metrics/summary.ts";
import { type ReadableLedger, usageEndpoint } from "./usage/ledger/usage-page.ts";

/** Where the figures come from that are not in the meters. */
export interface FigureSources {
  readonly clock: Clock;
  /** The gateway's version. */
  readonly version: string;
  /** How many exchanges wait for their upstream, by route. */
  readonly waiting: () => ReadonlyMap<string, number>;
  /** How many requests the clients with `max_inflight` have in flight. */
  readonly clients: () => ReadonlyMap<string, number>;
  /** The health of the upstreams of pools. */
  readonly health: () => readonly ShownHealth[];
  /** The budgets of clients; `undefined` where nothing is metered. */
  readonly budgets: (() => readonly ShownBudget[]) | undefined;
  readonly ledger: ReadableLedger | undefined;
  /** The state that several processes share; `undefined`: there is none. */
  readonly state: (() => SharedState) | undefined;
  /** Gets figures that are not known at once. Called before anything is shown; `undefined`: there are none. */
  readonly refresh: (() => Promise<void>) | undefined;
  /** The workers; `undefined` in a gateway of one process. */
  readonly workers?: WorkerSources;
}

interface WorkerSources {
  /** The metrics of their processes. */
  processes(): readonly ProcessFigures[];
  readonly shown: WorkerCounts;
}

export interface OpenMetrics {
  readonly meters: Meters;
  readonly endpoints: BuiltInEndpoints;
}

/** `undefined` without metrics. */
export async function openMetrics(blueprint: Blueprint, sources: FigureSources): Promise<OpenMetrics | undefined> {
  const { metrics } = blueprint.server;
  if (metrics === undefined) return undefined;
  const { prometheusText } = await import("./observe/metrics/prometheus.ts");
  const { clock, version, waiting, clients, health, budgets, ledger, state, refresh, workers } = sources;
  const meters = new Meters(blueprint, clock);
  const prometheus = prometheusText(
    meters,
    { version, waiting, health, budgets, state },
    workers && (() => workers.processes()),
  );
  const summary = () =>
    summarise(meters, {
      version,
      now: clock.now(),
      waiting: waiting(),
      clients: clients(),
      health: health(),
      budgets,
      workers: workers?.shown,
      state: state?.(),
    });
  const usage = ledger && usageEndpoint(ledger, clock);
  /** What shows figures waits for them. */
  const fresh = <A extends readonly unknown[], R>(show: (...args: A) => R | Promise<R>) => {
    if (refresh === undefined) return show;
    return async (...args: A): Promise<R> => {
      await refresh();
      return show(...args);
    };
  };
  const content = { prometheus: fresh(prometheus), summary: fresh(summary), usage: usage && fresh(usage) };
  return { meters, endpoints: metricsEndpoints(metrics, { ...content, page: readPage() }) };
}

/** The clients that have budgets, with these, by the name under which they are kept. */
export function budgetedClients(blueprint: Blueprint): ReadonlyMap<string, ClientBudgets> {
  const clients = clientsOf(blueprint).filter(({ access }) => access.budgets.length > 0);
  return new Map(clients.map(({ id, access: { tokensPerMinute, budgets } }) => [id, { tokensPerMinute, budgets }]));
}
