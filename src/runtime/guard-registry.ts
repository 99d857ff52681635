// What does the runtime lend the linker? Makers of guards and terminals, bound to what a plan leases of the limits that outlives it.

import type { GuardRegistry } from "../plan/steps.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { LiveExchange } from "./exchange/exchange.ts";
import { guardMakers } from "./guards/index.ts";
import type { LimitsLease } from "./limits/limits-lease.ts";
import type { Log } from "./observe/logs/log.ts";
import { createResponseFormat } from "./replies/render-reply.ts";
import type { AgentLease } from "./upstream/connections/agents.ts";
import { forwardTo } from "./upstream/terminal.ts";

export interface GuardRegistryParts {
  readonly limits: LimitsLease;
  readonly agents: AgentLease;
  readonly log: Log;
  readonly clock?: Clock;
}

export function createGuardRegistry({
  limits,
  agents,
  log,
  clock = systemClock,
}: GuardRegistryParts): GuardRegistry<LiveExchange> {
  const onFailure = (x: LiveExchange, outcome: string, cause: string): void => {
    log.warn({ request_id: x.id, route_id: x.route?.id, outcome, cause }, "upstream failed");
  };
  return {
    guards: guardMakers(limits, clock),
    forward: (spec) => forwardTo(spec, agents, onFailure),
    responseFormat: createResponseFormat,
  };
}
