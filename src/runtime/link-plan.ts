// Links a blueprint to a plan that can be served, and leases what its exchanges use.

import type { Blueprint } from "../plan/blueprint.ts";
import type { Clock } from "./clock.ts";
import type { Tracer } from "./exchange/observer.ts";
import type { LinkedPlan } from "./generation.ts";
import type { BudgetParts } from "./guards/budget.ts";
import { createGuardRegistry } from "./guards/index.ts";
import { isAskedTogether, sharedAdmission } from "./guards/shared-admission.ts";
import type { Limits } from "./limits/limits.ts";
import type { SharedLimits } from "./limits/shared/shared-limits.ts";
import { link } from "./link.ts";
import { type Charging, chargingOf, guardMetering } from "./metering/charging.ts";
import { type Books, type MeteredForward, RouteBooks } from "./metering/route-books.ts";
import type { Log } from "./observe/logs/log.ts";
import type { Meter } from "./upstream/body-tap.ts";
import type { AgentPool } from "./upstream/connections/agents.ts";
import { createTerminal, type TerminalParts } from "./upstream/terminal.ts";

/** What all plans of the gateway share. */
export interface PlanParts {
  readonly limits: Limits;
  /** The limits that other processes share; `undefined`: there are none. */
  readonly shared: SharedLimits | undefined;
  readonly agents: AgentPool;
  readonly books: Books;
  readonly tracer: Tracer | undefined;
  readonly clock: Clock;
  /** Replaces the meter of metered routes. */
  readonly meter: Meter | undefined;
  readonly log: Log;
}

/** Links a blueprint, and leases the counts and agents that its plan uses. @throws an error of linking; no lease is left then */
export function linkPlan(blueprint: Blueprint, parts: PlanParts): LinkedPlan {
  const { limits, shared, agents, clock, books } = parts;
  const counts = limits.lease();
  const upstreams = agents.lease();
  const release = (): void => {
    counts.release();
    upstreams.release();
  };
  try {
    const charging = chargingOf(blueprint.charging);
    const metering = charging && guardMetering(charging, books.budgets, clock);
    const guards = createGuardRegistry(counts, clock, metering, shared && reserveLater);
    const terminalParts = { limits: counts, agents: upstreams, ...ofAll(parts, charging) };
    const admission = shared && { shared, limits: counts, budgets: books.budgets, clock };
    const plan = link(blueprint, {
      guards,
      isLeft: (step) => shared !== undefined && isAskedTogether(step),
      terminal: (spec, steps) => createTerminal(spec, terminalParts, admission && sharedAdmission(steps, admission)),
    });
    return { plan, limits: counts, sendTimeoutMs: blueprint.server.sendTimeoutMs, release };
  } catch (err) {
    release();
    throw err;
  }
}

/** What is reserved is asked for with all other limits, when the upstream is chosen. */
const reserveLater: BudgetParts["reserve"] = (x, _client, _limits, estimate) => {
  x.expect(estimate);
  return undefined;
};

function ofAll({ tracer, clock, log, books, meter }: PlanParts, charging: Charging | undefined) {
  const parts: Omit<TerminalParts, "limits" | "agents"> = {
    tracer,
    clock,
    random: Math.random,
    meterOf: ({ usage, ...forward }) => {
      if (usage === undefined || charging === undefined) return undefined;
      return meter ?? meterOf({ ...forward, usage }, books, charging);
    },
    onFailure: ({ record: { id, route, upstream } }, outcome, cause) =>
      log.warn({ request_id: id, route_id: route?.id, upstream: upstream?.id, outcome, cause }, "upstream failed"),
    onHealth: (route_id, upstream, health, now) => {
      if (health.state === "well") return log.info({ route_id, upstream: upstream.id }, "upstream well again");
      const { reason, until } = health;
      log.warn({ route_id, upstream: upstream.id, reason, cooling_ms: until - now }, "upstream cooling");
    },
  };
  return parts;
}

function meterOf(forward: MeteredForward, books: Books, charging: Charging): Meter {
  const ofRoute = new RouteBooks(forward, books, charging);
  return (x) => ofRoute.begin(x);
}
