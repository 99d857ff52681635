// What does the runtime lend the linker? Makers of guards and terminals, bound to what a plan claims of the state that outlives it.

import type { Catalog } from "../plan/steps.ts";
import { answersOf } from "./answers/index.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { LiveExchange } from "./exchange.ts";
import type { AgentClaim } from "./forward/agents.ts";
import { forwardTo } from "./forward/index.ts";
import type { Log } from "./observe/log.ts";
import type { StateClaim } from "./state/state-claim.ts";
import { guardMakers } from "./steps/index.ts";

export interface CatalogParts {
  readonly state: StateClaim;
  readonly agents: AgentClaim;
  readonly log: Log;
  readonly clock?: Clock;
}

export function createCatalog({ state, agents, log, clock = systemClock }: CatalogParts): Catalog<LiveExchange> {
  const onFailure = (x: LiveExchange, outcome: string, cause: string): void => {
    log.warn({ request_id: x.id, route_id: x.route?.id, outcome, cause }, "upstream failed");
  };
  return {
    guards: guardMakers(state, clock),
    forward: (spec) => forwardTo(spec, agents, onFailure),
    answers: answersOf,
  };
}
