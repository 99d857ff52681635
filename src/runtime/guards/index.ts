// How is each kind of guard made? The runtime's half of the catalog: forget a kind and tsc says so.

import type { GuardMakers } from "../../plan/steps.ts";
import type { Clock } from "../clock.ts";
import type { LimitsLease } from "../limits/limits-lease.ts";
import { auth } from "./auth.ts";
import { cors } from "./cors.ts";
import { downstreamInflight } from "./downstream-inflight.ts";
import { rateLimit } from "./rate-limit.ts";
import { upstreamInflight } from "./upstream-inflight.ts";

export function guardMakers(limits: LimitsLease, clock: Clock): GuardMakers {
  return {
    cors,
    auth,
    rateLimit: (spec) => rateLimit(spec, limits, clock),
    downstreamInflight: (spec) => downstreamInflight(spec, limits),
    upstreamInflight: (spec) => upstreamInflight(spec, limits),
  };
}
