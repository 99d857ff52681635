// Turns a blueprint into a running gateway: links it, hosts it, listens. `serve`, `demo` and the tests all start one this way.

import type { AddressInfo } from "node:net";
import type { Blueprint, ServerSpec } from "../plan/blueprint.ts";
import { hostPort } from "../plan/host-port.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { ServerTimes } from "./downstream/server.ts";
import type { TlsPair } from "./downstream/tls.ts";
import type { ReloadResult } from "./exchange/observer.ts";
import type { LinkedPlan } from "./generation.ts";
import { Host } from "./host.ts";
import { Limits } from "./limits/limits.ts";
import { linkPlan } from "./link-plan.ts";
import type { Log, LogFields } from "./observe/logs/log.ts";
import { type ObserveListener, startObserveListener } from "./observe-listener.ts";
import type { OpenBooks } from "./open-books.ts";
import { booksOf, openCounts } from "./open-counts.ts";
import type { OpenSharedLimits } from "./open-shared-limits.ts";
import { startTelemetry } from "./telemetry.ts";
import type { Meter } from "./upstream/body-tap.ts";
import { AgentPool } from "./upstream/connections/agents.ts";
import type { IdleTimes } from "./upstream/connections/upstream-socket.ts";
import type { Processes } from "./usage/ledger/folder-lock.ts";
import type { Figures } from "./workers/figures.ts";
import type { PrimaryLink } from "./workers/primary-link.ts";

/** How long the last parts of responses may take to be decoded when the gateway stops, ms. */
const DECODING_MS = 2000;

export interface GatewayOptions {
  /** The gateway's own version, shown in metrics, summary and traces. */
  readonly version: string;
  /** Certificate and key, where the blueprint asks for TLS. */
  readonly pair?: TlsPair | undefined;
  /** The contents of the file in NODE_EXTRA_CA_CERTS, if there is one. Node reads it, too, but does not give it to us. */
  readonly extraCas?: Buffer | undefined;
  /** Who holds the lock of the ledger. */
  readonly processes: Processes;
  /** In a worker: what the primary does for it. Then this process opens no ledger and no meters. */
  readonly primary?: PrimaryLink | undefined;
  /** Replaces the system's clock: for tests of what happens at a certain time. */
  readonly clock?: Clock | undefined;
  /** Replaces the meter of metered routes: for tests of what a meter is shown. */
  readonly meter?: Meter | undefined;
  /** Times that replace those of the contract: for tests, which can't wait that long. */
  readonly times?: { readonly server?: Partial<ServerTimes>; readonly idle?: Partial<IdleTimes> };
}

/** Another blueprint, linked and not yet in use. */
export interface PreparedSwap {
  /** Puts it in force, as `RunningGateway.swap` does. */
  commit(): void;
  /** Drops it. */
  forget(): void;
}

export interface RunningGateway {
  readonly address: AddressInfo;
  /** Where the metrics are served, if they have a separate address. */
  readonly metricsAddress: AddressInfo | undefined;
  readonly host: Host;
  readonly limits: Limits;
  readonly agents: AgentPool;
  readonly books: OpenBooks;
  /** The limits that other processes share; `undefined`: there are none. */
  readonly shared: OpenSharedLimits | undefined;
  /** In a worker: what only it knows. Before that, it reports what has happened. `undefined` in a gateway of one process. */
  readonly figures: (() => Promise<Figures>) | undefined;
  /**
   * Replaces the current blueprint for all exchanges that begin from now on. Settings that need a restart do not change.
   * @throws an error of linking, which is a bug of ours; the current blueprint is kept then
   */
  swap(blueprint: Blueprint): void;
  /**
   * Links another blueprint, and leaves the one in use as it is. Exactly one method of the result is to be called.
   * @throws an error of linking, which is a bug of ours
   */
  prepare(blueprint: Blueprint): PreparedSwap;
  /** Counts how a reload ended. */
  reloaded(result: ReloadResult): void;
  /**
   * Drains, then closes all connections.
   * @param shutdown the times to use; by default those of the current blueprint
   * @returns true when every exchange finished by itself
   */
  stop(shutdown?: ServerSpec["shutdown"]): Promise<boolean>;
}

/**
 * Starts a gateway.
 * @throws an error of listening: the port is taken, the address is not ours, …; or an error of the ledger: its folder can't be
 *   used, or another process uses it
 */
export async function startGateway(
  blueprint: Blueprint,
  log: Log,
  { version, pair, extraCas, processes, primary, clock = systemClock, meter, times = {} }: GatewayOptions,
): Promise<RunningGateway> {
  const { listen, metrics } = blueprint.server;
  const { books, shared, charge } = await openCounts(blueprint, { log, clock, processes, primary });
  const limits = new Limits(clock, shared?.limits);
  const agents = new AgentPool(times.idle, extraCas);
  const health = () => limits.health(clock.now());
  const telemetry = await startTelemetry(blueprint, { limits, health, books, shared, clock, version, primary });
  const { observer, tracer, endpoints } = telemetry;
  const ofAll = { books: booksOf(books, charge, observer, clock), limits, shared: shared?.limits };
  const parts = { ...ofAll, agents, tracer, clock, meter, log };
  const hostOptions = { observer, endpoints: metrics?.listen ? undefined : endpoints, pair, times: times.server };
  const host = new Host(linkPlan(blueprint, parts), log, hostOptions);
  let current = blueprint;
  const withoutRoutes = (whole: Blueprint) => linkPlan({ ...whole, routes: [] }, parts);
  const giveUp = async (err: unknown): Promise<never> => {
    await observing?.close();
    await shared?.close();
    await books.ledger?.close();
    throw err;
  };
  let observing: ObserveListener | undefined;
  if (metrics?.listen !== undefined && endpoints !== undefined) {
    const linked = withoutRoutes(blueprint);
    const ofListener = { linked, endpoints, ready: () => host.ready, log, times: times.server };
    observing = await startObserveListener(metrics.listen, ofListener).catch(giveUp);
  }
  const address = await host.listen(listen).catch(giveUp);
  // The primary says it once for all workers.
  if (primary === undefined) logAddresses(log, blueprint, { address, metricsAddress: observing?.address });
  const prepare = (next: Blueprint): PreparedSwap => {
    const swaps = [swapOf(host, linkPlan(next, parts))];
    if (observing !== undefined) swaps.push(swapOf(observing, withoutRoutes(next)));
    return inOne(swaps, () => {
      void shared?.adopt(next);
      telemetry.adopt(next);
      current = next;
    });
  };
  return {
    address,
    metricsAddress: observing?.address,
    host,
    limits,
    agents,
    books,
    shared,
    figures: telemetry.figures,
    swap: (next) => prepare(next).commit(),
    prepare,
    reloaded: telemetry.reloaded,
    async stop(shutdown = current.server.shutdown) {
      const finished = await host.drain(shutdown);
      await observing?.close();
      agents.close();
      await books.late.all(DECODING_MS);
      await shared?.close();
      await books.ledger?.close();
      primary?.flush();
      await telemetry.close();
      return finished;
    },
  };
}

function swapOf(to: Pick<Host, "swap">, linked: LinkedPlan): PreparedSwap {
  return { commit: () => to.swap(linked), forget: () => linked.release() };
}

/** @param after called after the commit */
function inOne(swaps: readonly PreparedSwap[], after: () => void): PreparedSwap {
  return {
    commit() {
      for (const { commit } of swaps) commit();
      after();
    },
    forget() {
      for (const { forget } of swaps) forget();
    },
  };
}

/** Logs where a gateway listens. @param more fields of the line */
export function logAddresses(
  log: Log,
  { server: { tls }, routes }: Blueprint,
  { address, metricsAddress }: Pick<RunningGateway, "address" | "metricsAddress">,
  more: LogFields = {},
): void {
  if (metricsAddress !== undefined) log.info({ address: shown(metricsAddress) }, "metrics listening");
  log.info({ address: shown(address), tls: tls !== undefined, routes: routes.length, ...more }, "listening");
}

function shown({ address, port }: AddressInfo): string {
  return hostPort({ host: address, port });
}
