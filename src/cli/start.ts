// How does a blueprint become a running gateway? Link it, host it, listen: the same for `serve`, `demo` and tests.

import type { AddressInfo } from "node:net";
import { link } from "../compiler/link.ts";
import type { Blueprint } from "../plan/blueprint.ts";
import { createCatalog } from "../runtime/catalog.ts";
import { AgentPool } from "../runtime/forward/agents.ts";
import { Host } from "../runtime/host.ts";
import type { Log } from "../runtime/observe/log.ts";
import { State } from "../runtime/state/state.ts";

export interface RunningGateway {
  readonly address: AddressInfo;
  readonly host: Host;
  readonly state: State;
  /** Drains as the blueprint says and lets go of all connections; true when every exchange finished by itself. */
  stop(): Promise<boolean>;
}

/**
 * Starts a gateway.
 * @throws what listening throws: the port is taken, the address is not ours …
 */
export async function startGateway(blueprint: Blueprint, log: Log): Promise<RunningGateway> {
  const state = new State();
  const agents = new AgentPool();
  const host = new Host(link(blueprint, createCatalog({ state, agents, log })), log);
  const address = await host.listen(blueprint.server.listen);
  const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
  log.info({ address: `${shown}:${address.port}`, routes: blueprint.routes.length }, "listening");
  return {
    address,
    host,
    state,
    async stop() {
      const whole = await host.drain(blueprint.server.shutdown);
      agents.close();
      return whole;
    },
  };
}
