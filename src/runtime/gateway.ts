// Turns a blueprint into a running gateway: links it, hosts it, listens. `serve`, `demo` and the tests all start one this way.

import type { AddressInfo } from "node:net";
import type { Blueprint, ServerSpec } from "../plan/blueprint.ts";
import { hostPort } from "../plan/host-port.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { ServerTimes } from "./downstream/server.ts";
import type { TlsPair } from "./downstream/tls.ts";
import type { ReloadResult, Tracer } from "./exchange/observer.ts";
import type { LinkedPlan } from "./generation.ts";
import { createGuardRegistry, NOT_METERED } from "./guards/index.ts";
import { Host } from "./host.ts";
import { Limits } from "./limits/limits.ts";
import { link } from "./link.ts";
import type { Log } from "./observe/logs/log.ts";
import { startObserveListener } from "./observe-listener.ts";
import { startTelemetry } from "./telemetry.ts";
import { AgentPool } from "./upstream/connections/agents.ts";
import type { IdleTimes } from "./upstream/connections/upstream-socket.ts";
import { createTerminal, type TerminalParts } from "./upstream/terminal.ts";

export interface GatewayOptions {
  /** The gateway's own version, shown in metrics, summary and traces. */
  readonly version: string;
  /** Certificate and key, where the blueprint asks for TLS. */
  readonly pair?: TlsPair | undefined;
  /** The contents of the file in NODE_EXTRA_CA_CERTS, if there is one. Node reads it, too, but does not give it to us. */
  readonly extraCas?: Buffer | undefined;
  /** Replaces the system's clock: for tests of what happens at a certain time. */
  readonly clock?: Clock | undefined;
  /** Reads a copy of the responses of metered routes. */
  readonly meter?: TerminalParts["meter"];
  /** Times that replace those of the contract: for tests, which can't wait that long. */
  readonly times?: { readonly server?: Partial<ServerTimes>; readonly idle?: Partial<IdleTimes> };
}

export interface RunningGateway {
  readonly address: AddressInfo;
  /** Where the metrics are served, if they have a separate address. */
  readonly metricsAddress: AddressInfo | undefined;
  readonly host: Host;
  readonly limits: Limits;
  readonly agents: AgentPool;
  /**
   * Replaces the current blueprint for all exchanges that begin from now on. Settings that need a restart do not change.
   * @throws an error of linking, which is a bug of ours; the current blueprint is kept then
   */
  swap(blueprint: Blueprint): void;
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
 * @throws an error of listening: the port is taken, the address is not ours, …
 */
export async function startGateway(
  blueprint: Blueprint,
  log: Log,
  { version, pair, extraCas, clock = systemClock, meter, times = {} }: GatewayOptions,
): Promise<RunningGateway> {
  const { listen, tls, metrics } = blueprint.server;
  const limits = new Limits(clock);
  const agents = new AgentPool(times.idle, extraCas);
  const telemetry = await startTelemetry(blueprint, {
    limits,
    health: () => limits.health(clock.now()),
    clock,
    version,
  });
  const { observer, tracer, endpoints } = telemetry;
  const parts = { limits, agents, tracer, clock, meter, log };
  const onMain = metrics?.listen === undefined ? endpoints : undefined;
  const host = new Host(linkPlan(blueprint, parts), log, { observer, endpoints: onMain, pair, times: times.server });
  let current = blueprint;
  const withoutRoutes = (whole: Blueprint) => linkPlan({ ...whole, routes: [] }, parts);
  const observing =
    metrics?.listen &&
    endpoints &&
    (await startObserveListener(metrics.listen, {
      linked: withoutRoutes(blueprint),
      endpoints,
      ready: () => host.ready,
      log,
      times: times.server,
    }));
  const address = await host.listen(listen).catch(async (err: unknown) => {
    await observing?.close();
    throw err;
  });
  if (observing !== undefined) log.info({ address: shown(observing.address) }, "metrics listening");
  log.info({ address: shown(address), tls: tls !== undefined, routes: blueprint.routes.length }, "listening");
  return {
    address,
    metricsAddress: observing?.address,
    host,
    limits,
    agents,
    swap(next) {
      host.swap(linkPlan(next, parts));
      observing?.swap(withoutRoutes(next));
      telemetry.adopt(next);
      current = next;
    },
    reloaded: telemetry.reloaded,
    async stop(shutdown = current.server.shutdown) {
      const finished = await host.drain(shutdown);
      await observing?.close();
      agents.close();
      await telemetry.close();
      return finished;
    },
  };
}

function shown({ address, port }: AddressInfo): string {
  return hostPort({ host: address, port });
}

/** What all plans of the gateway share. */
interface Parts {
  readonly limits: Limits;
  readonly agents: AgentPool;
  readonly tracer: Tracer | undefined;
  readonly clock: Clock;
  readonly meter: TerminalParts["meter"];
  readonly log: Log;
}

/** Links a blueprint, and leases the counts and agents that its plan uses. @throws an error of linking; no lease is left then */
function linkPlan(blueprint: Blueprint, { limits, agents, tracer, clock, meter, log }: Parts): LinkedPlan {
  const counts = limits.lease();
  const upstreams = agents.lease();
  const release = (): void => {
    counts.release();
    upstreams.release();
  };
  const terminalParts: TerminalParts = {
    limits: counts,
    agents: upstreams,
    tracer,
    clock,
    meter,
    random: Math.random,
    onFailure: ({ record: { id, route, upstream } }, outcome, cause) =>
      log.warn({ request_id: id, route_id: route?.id, upstream: upstream?.id, outcome, cause }, "upstream failed"),
    onHealth: (route_id, upstream, health, now) => {
      if (health.state === "well") return log.info({ route_id, upstream: upstream.id }, "upstream well again");
      const { reason, until } = health;
      log.warn({ route_id, upstream: upstream.id, reason, cooling_ms: until - now }, "upstream cooling");
    },
  };
  try {
    const guards = createGuardRegistry(counts, clock, NOT_METERED);
    const plan = link(blueprint, { guards, terminal: (spec) => createTerminal(spec, terminalParts) });
    return { plan, limits: counts, sendTimeoutMs: blueprint.server.sendTimeoutMs, release };
  } catch (err) {
    release();
    throw err;
  }
}
