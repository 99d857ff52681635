// Is there room in the gateway? Held from admission to the end of the response (contract, section 5, "Downstream").

import type { Guard, InflightSpec } from "../../plan/steps.ts";
import type { LimitsLease } from "../limits/limits-lease.ts";
import { retryLater } from "../replies/retry-later.ts";

const REFUSAL = retryLater("downstream_concurrency_exceeded");

export function downstreamInflight({ max }: InflightSpec, limits: LimitsLease): Guard {
  const counter = limits.downstream(max);
  const release = () => counter.release();
  return function downstreamInflight(x) {
    if (!counter.tryAcquire()) return REFUSAL;
    x.hold(release);
    return undefined;
  };
}
