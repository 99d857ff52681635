// Starts metrics and tracing as the blueprint says. prom-client and OpenTelemetry are loaded only where they are configured.

import type { Blueprint } from "../plan/blueprint.ts";
import type { Clock } from "./clock.ts";
import type { BuiltInEndpoints } from "./endpoints/built-in.ts";
import { combineObservers, noopObserver, type Observer, type ReloadResult, type Tracer } from "./exchange/observer.ts";
import type { ShownBudget } from "./limits/budgets.ts";
import type { Limits } from "./limits/limits.ts";
import type { ShownHealth } from "./limits/shown-health.ts";
import type { OpenBooks } from "./open-books.ts";
import { budgetedClients, openMetrics } from "./open-metrics.ts";
import type { OpenSharedLimits } from "./open-shared-limits.ts";
import type { Figures } from "./workers/figures.ts";
import type { PrimaryLink } from "./workers/primary-link.ts";

export interface TelemetryParts {
  readonly limits: Limits;
  /** The health of the upstreams of pools. */
  readonly health: () => readonly ShownHealth[];
  /** What is written down of usage. */
  readonly books: OpenBooks;
  /** The limits that other processes share. */
  readonly shared: OpenSharedLimits | undefined;
  readonly clock: Clock;
  /** The gateway's version. */
  readonly version: string;
  /** Present in a worker. */
  readonly primary: PrimaryLink | undefined;
}

export interface Telemetry {
  readonly observer: Observer;
  /** `undefined` without tracing. */
  readonly tracer: Tracer | undefined;
  /** The metrics endpoints; `undefined` without metrics. */
  readonly endpoints: BuiltInEndpoints | undefined;
  /** What only this process knows, for the primary; `undefined` where there is none. What happened before is reported first. */
  readonly figures: (() => Promise<Figures>) | undefined;
  /** Counts how a reload ended. */
  reloaded(result: ReloadResult): void;
  /** Shows the routes and limits of another blueprint from now on. */
  adopt(blueprint: Blueprint): void;
  /** Exports the last spans. Takes no longer than one export may take; never throws. */
  close(): Promise<void>;
}

export async function startTelemetry(blueprint: Blueprint, parts: TelemetryParts): Promise<Telemetry> {
  const { primary } = parts;
  const metrics = await (primary ? linkedMetrics(blueprint, primary, parts) : startMetrics(blueprint, parts));
  const tracing = await startTraces(blueprint, parts);
  return {
    observer: combineObservers([metrics?.observer ?? noopObserver, tracing?.observer ?? noopObserver]),
    tracer: tracing?.tracer,
    endpoints: metrics?.endpoints,
    figures: metrics?.figures,
    reloaded: (result) => metrics?.reloaded(result),
    adopt: (next) => metrics?.adopt(next),
    close: async () => tracing?.close(),
  };
}

/** Those of this process alone; `undefined` without metrics. */
async function startMetrics(blueprint: Blueprint, { limits, health, books, shared, clock, version }: TelemetryParts) {
  let budgeted = budgetedClients(blueprint);
  let known: readonly ShownBudget[] = [];
  const opened = await openMetrics(blueprint, {
    clock,
    version,
    waiting: () => limits.waiting(),
    clients: () => limits.clientsInFlight(),
    health,
    budgets: books.ledger && (() => (shared ? known : books.budgets.shown(clock.now(), budgeted))),
    ledger: books.ledger,
    state: shared && (() => shared.state()),
    refresh:
      shared &&
      (async () => {
        known = await shared.budgets.shown(clock.now(), budgeted);
      }),
  });
  if (opened === undefined) return undefined;
  const { meters, endpoints } = opened;
  return {
    observer: meters,
    endpoints,
    reloaded: (result: ReloadResult) => meters.reloaded(result),
    figures: undefined,
    adopt: (next: Blueprint) => {
      meters.adopt(next);
      budgeted = budgetedClients(next);
    },
  };
}

/** In a worker, the primary has the meters. It asks for what only the worker knows. */
async function linkedMetrics(blueprint: Blueprint, link: PrimaryLink, parts: TelemetryParts) {
  const { limits, health, books, shared, clock } = parts;
  const budgets = shared?.budgets ?? books.budgets;
  let budgeted = budgetedClients(blueprint);
  const { metrics } = blueprint.server;
  const ofProcess = metrics && (await import("./observe/metrics/prometheus.ts")).processFigures();
  return {
    observer: link.observer,
    endpoints: link.endpoints,
    reloaded: () => {},
    figures: async (): Promise<Figures> => {
      link.flush();
      return {
        waiting: limits.waiting(),
        clients: limits.clientsInFlight(),
        health: health(),
        budgets: link.ledger === undefined ? [] : await budgets.shown(clock.now(), budgeted),
        state: shared?.state(),
        process: await ofProcess?.(),
      };
    },
    adopt: (next: Blueprint) => {
      budgeted = budgetedClients(next);
    },
  };
}

async function startTraces({ server }: Blueprint, { version }: TelemetryParts) {
  if (server.tracing === undefined) return undefined;
  const { startTracing } = await import("./observe/traces/tracing.ts");
  return startTracing(server.tracing, version);
}
