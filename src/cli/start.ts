// How does a blueprint become a running gateway? Link it, host it, listen: the same for `serve`, `demo` and tests.

import type { AddressInfo } from "node:net";
import { link } from "../compiler/link.ts";
import type { Blueprint, ServerSpec, TlsSpec } from "../plan/blueprint.ts";
import { createCatalog } from "../runtime/catalog.ts";
import { systemClock } from "../runtime/clock.ts";
import { AgentPool } from "../runtime/forward/agents.ts";
import { Host } from "../runtime/host.ts";
import type { Log } from "../runtime/observe/log.ts";
import { openSeeing } from "../runtime/observe/seeing.ts";
import { State } from "../runtime/state/state.ts";
import type { LinkedPlan } from "../runtime/tenure.ts";
import { loadPair, readFiles } from "./tls/load-pair.ts";
import { version } from "./version.ts";

export interface RunningGateway {
  readonly address: AddressInfo;
  readonly host: Host;
  readonly state: State;
  readonly agents: AgentPool;
  /**
   * Reads certificate and key again and serves them from the next handshake on.
   * @throws Error that names the file, or what OpenSSL says of the pair; the one before is kept then
   */
  renewTls(tls: TlsSpec): void;
  /**
   * Puts another blueprint in place of the one in use, at once, for all exchanges that begin from now on. What needs a restart
   * is left as it was.
   * @throws what linking throws, which is a bug of ours: then nothing has changed
   */
  swap(blueprint: Blueprint): void;
  /**
   * Drains, as the blueprint in use says unless told otherwise, and lets go of all connections.
   * @returns true when every exchange finished by itself
   */
  stop(shutdown?: ServerSpec["shutdown"]): Promise<boolean>;
}

/**
 * Starts a gateway.
 * @throws what listening throws: the port is taken, the address is not ours …; Error that names a certificate's file
 */
export async function startGateway(blueprint: Blueprint, log: Log): Promise<RunningGateway> {
  const { listen, tls } = blueprint.server;
  const pair = tls && (await loadPair(tls, listen, log));
  const state = new State();
  const agents = new AgentPool();
  const parts = { state, agents, log };
  const seeing = await openSeeing(blueprint, { state, clock: systemClock, version: version() });
  const host = new Host(linkPlan(blueprint, parts), log, { seeing, pair });
  let current = blueprint;
  host.onReload = seeing.reloaded;
  const address = await host.listen(listen);
  const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
  log.info(
    { address: `${shown}:${address.port}`, tls: tls !== undefined, routes: blueprint.routes.length },
    "listening",
  );
  return {
    address,
    host,
    state,
    agents,
    renewTls: (renewed) => host.renewPair(readFiles(renewed, log)),
    swap(next) {
      host.swap(linkPlan(next, parts));
      seeing.adopt(next);
      current = next;
    },
    async stop(shutdown = current.server.shutdown) {
      const whole = await host.drain(shutdown);
      agents.close();
      await seeing.close();
      return whole;
    },
  };
}

interface Parts {
  readonly state: State;
  readonly agents: AgentPool;
  readonly log: Log;
}

/** Links a blueprint to what it claims of the state that outlives plans. @throws what linking throws; nothing stays claimed */
function linkPlan(blueprint: Blueprint, { state, agents, log }: Parts): LinkedPlan {
  const counts = state.claim();
  const upstreams = agents.claim();
  const release = (): void => {
    counts.release();
    upstreams.release();
  };
  try {
    const plan = link(blueprint, createCatalog({ state: counts, agents: upstreams, log }));
    return { plan, state: counts, release };
  } catch (err) {
    release();
    throw err;
  }
}
