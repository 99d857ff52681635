// Is there room in the gateway? Held from admission to the end of the response (spec section 5, "Downstream").

import { replyFor } from "../../plan/replies.ts";
import type { Guard, InflightSpec } from "../../plan/steps.ts";
import type { LimitsLease } from "../limits/limits-lease.ts";

const REFUSAL = replyFor("downstream_concurrency_exceeded");

export function downstreamInflight({ max }: InflightSpec, limits: LimitsLease): Guard {
  const counter = limits.downstream(max);
  const release = () => counter.release();
  return function downstreamInflight(x) {
    if (!counter.tryAcquire()) return REFUSAL;
    x.hold(release);
    return undefined;
  };
}
