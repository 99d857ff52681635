// How does a blueprint become a running gateway? Link it, host it, listen: the same for `serve`, `demo` and tests.

import type { AddressInfo } from "node:net";
import { link } from "../compiler/link.ts";
import type { Blueprint, ServerSpec } from "../plan/blueprint.ts";
import { createCatalog } from "../runtime/catalog.ts";
import { systemClock } from "../runtime/clock.ts";
import { AgentPool } from "../runtime/forward/agents.ts";
import { Host } from "../runtime/host.ts";
import type { Log } from "../runtime/observe/log.ts";
import { openSeeing } from "../runtime/observe/seeing.ts";
import { State } from "../runtime/state/state.ts";
import { version } from "./version.ts";

export interface RunningGateway {
  readonly address: AddressInfo;
  readonly host: Host;
  readonly state: State;
  /**
   * Drains, as the blueprint says unless told otherwise, and lets go of all connections.
   * @returns true when every exchange finished by itself
   */
  stop(shutdown?: ServerSpec["shutdown"]): Promise<boolean>;
}

/**
 * Starts a gateway.
 * @throws what listening throws: the port is taken, the address is not ours …
 */
export async function startGateway(blueprint: Blueprint, log: Log): Promise<RunningGateway> {
  const state = new State();
  const agents = new AgentPool();
  const seeing = await openSeeing(blueprint, { state, clock: systemClock, version: version() });
  const host = new Host(link(blueprint, createCatalog({ state, agents, log })), log, seeing);
  const address = await host.listen(blueprint.server.listen);
  const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
  log.info({ address: `${shown}:${address.port}`, routes: blueprint.routes.length }, "listening");
  return {
    address,
    host,
    state,
    async stop(shutdown = blueprint.server.shutdown) {
      const whole = await host.drain(shutdown);
      agents.close();
      await seeing.close();
      return whole;
    },
  };
}
