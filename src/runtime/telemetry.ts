// Starts metrics and tracing as the blueprint says. prom-client and OpenTelemetry are loaded only where they are configured.

import { type Blueprint, clientsOf } from "../plan/blueprint.ts";
import type { ClientBudgets } from "../plan/usage.ts";
import type { Clock } from "./clock.ts";
import type { BuiltInEndpoints } from "./endpoints/built-in.ts";
import { metricsEndpoints } from "./endpoints/metrics.ts";
import { readPage } from "./endpoints/ui.ts";
import { combineObservers, noopObserver, type Observer, type ReloadResult, type Tracer } from "./exchange/observer.ts";
import type { Limits } from "./limits/limits.ts";
import type { ShownHealth } from "./limits/shown-health.ts";
import { Meters } from "./observe/metrics/meters.ts";
import { summarise } from "./observe/metrics/summary.ts";
import type { OpenBooks } from "./open-books.ts";
import { usageEndpoint } from "./usage/ledger/usage-page.ts";

export interface TelemetryParts {
  readonly limits: Limits;
  /** The health of the upstreams of pools. */
  readonly health: () => readonly ShownHealth[];
  /** What is written down of usage. */
  readonly books: OpenBooks;
  readonly clock: Clock;
  /** The gateway's version. */
  readonly version: string;
}

export interface Telemetry {
  readonly observer: Observer;
  /** `undefined` without tracing. */
  readonly tracer: Tracer | undefined;
  /** The metrics endpoints; `undefined` without metrics. */
  readonly endpoints: BuiltInEndpoints | undefined;
  /** Counts how a reload ended. */
  reloaded(result: ReloadResult): void;
  /** Shows the routes and limits of another blueprint from now on. */
  adopt(blueprint: Blueprint): void;
  /** Exports the last spans. Takes no longer than one export may take; never throws. */
  close(): Promise<void>;
}

export async function startTelemetry(blueprint: Blueprint, parts: TelemetryParts): Promise<Telemetry> {
  const metrics = await startMetrics(blueprint, parts);
  const tracing = await startTraces(blueprint, parts);
  return {
    observer: combineObservers([metrics?.meters ?? noopObserver, tracing?.observer ?? noopObserver]),
    tracer: tracing?.tracer,
    endpoints: metrics?.endpoints,
    reloaded: (result) => metrics?.meters.reloaded(result),
    adopt: (next) => metrics?.adopt(next),
    close: async () => tracing?.close(),
  };
}

async function startMetrics(blueprint: Blueprint, { limits, health, books, clock, version }: TelemetryParts) {
  const { metrics } = blueprint.server;
  if (metrics === undefined) return undefined;
  const { prometheusText } = await import("./observe/metrics/prometheus.ts");
  const meters = new Meters(blueprint, clock);
  const waiting = () => limits.waiting();
  let budgeted = budgetedClients(blueprint);
  const shown = () => books.budgets.shown(clock.now(), budgeted);
  const budgets = books.ledger && shown;
  const endpoints = metricsEndpoints(metrics, {
    prometheus: prometheusText(meters, { version, waiting, health, budgets }),
    summary: () =>
      summarise(meters, {
        version,
        now: clock.now(),
        waiting: waiting(),
        clients: limits.clientsInFlight(),
        health: health(),
        budgets,
      }),
    usage: books.ledger && usageEndpoint(books.ledger, clock),
    page: readPage(),
  });
  const adopt = (next: Blueprint) => {
    meters.adopt(next);
    budgeted = budgetedClients(next);
  };
  return { meters, endpoints, adopt };
}

/** The clients that have budgets, with these, by the name under which they are kept. */
function budgetedClients(blueprint: Blueprint): (readonly [client: string, limits: ClientBudgets])[] {
  const clients = clientsOf(blueprint).filter(({ access }) => access.budgets.length > 0);
  return clients.map(({ id, access: { tokensPerMinute, budgets } }) => [id, { tokensPerMinute, budgets }]);
}

async function startTraces({ server }: Blueprint, { version }: TelemetryParts) {
  if (server.tracing === undefined) return undefined;
  const { startTracing } = await import("./observe/traces/tracing.ts");
  return startTracing(server.tracing, version);
}
