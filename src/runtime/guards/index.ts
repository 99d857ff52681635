// Lists how each kind of guard is made. A kind that is missing here does not compile.

import type { Guard, StepKind, StepSpecs } from "../../plan/steps.ts";
import type { Clock } from "../clock.ts";
import { Budgets } from "../limits/budgets.ts";
import type { LimitsLease } from "../limits/limits-lease.ts";
import type { GuardMetering } from "../metering/charging.ts";
import { auth } from "./auth.ts";
import { type BudgetParts, budget, reserveIn } from "./budget.ts";
import { clientInflight } from "./client-inflight.ts";
import { clientRate } from "./client-rate.ts";
import { cors } from "./cors.ts";
import { downstreamInflight } from "./downstream-inflight.ts";
import { modelScope } from "./model-scope.ts";
import { rateLimit } from "./rate-limit.ts";
import { routeScope } from "./route-scope.ts";
import { webSocket } from "./web-socket.ts";

export type GuardRegistry = { readonly [K in StepKind]: (spec: Readonly<StepSpecs[K]>) => Guard };

/** For plans without usage, where no client has budgets. */
const NOT_METERED: GuardMetering = {
  budgets: new Budgets({ onPassed: () => {} }),
  isNeverMetered: () => true,
  estimate: () => undefined,
};

/**
 * @param limits the counts that the guards of one plan use
 * @param metering `undefined` without `usage.enabled`
 * @param reserve how budgets are reserved. Default: at once, in this process
 */
export function createGuardRegistry(
  limits: LimitsLease,
  clock: Clock,
  metering: GuardMetering = NOT_METERED,
  reserve: BudgetParts["reserve"] = reserveIn(metering, clock),
): GuardRegistry {
  return {
    cors,
    auth: (spec) => auth(spec, clock),
    routeScope,
    webSocket,
    rateLimit: (spec) => rateLimit(spec, limits, clock),
    clientRate: () => clientRate(limits, clock),
    modelScope,
    budget: (spec) => budget(spec, { ...metering, reserve }),
    downstreamInflight: (spec) => downstreamInflight(spec, limits),
    clientInflight: (spec) => clientInflight(spec, limits),
  };
}
