// Limits how many requests are in flight in the whole gateway (contract, section 5, "Downstream").

import { replyFor } from "../../plan/replies.ts";
import type { DownstreamLimitSpec, Guard } from "../../plan/steps.ts";
import type { LimitsLease } from "../limits/limits-lease.ts";

export const DOWNSTREAM_FULL = replyFor("downstream_concurrency_exceeded");

export function downstreamInflight({ max }: DownstreamLimitSpec, limits: LimitsLease): Guard {
  const counter = limits.downstream(max);
  const release = () => counter.release();
  return function downstreamInflight(x) {
    if (!counter.tryAcquire()) return DOWNSTREAM_FULL;
    x.hold(release);
    return undefined;
  };
}
