// Limits how many requests a client makes per minute on a route (contract, section 5, "Rate").

import { type Reply, replyFor } from "../../plan/replies.ts";
import type { Guard, RateLimitSpec } from "../../plan/steps.ts";
import type { Clock } from "../clock.ts";
import type { LimitsLease } from "../limits/limits-lease.ts";

export function rateLimit({ routeId, perMinute }: RateLimitSpec, limits: LimitsLease, clock: Clock): Guard {
  const window = limits.window(routeId);
  return function rateLimit(x) {
    const seconds = window.take(x.client?.id ?? "", perMinute, clock.now());
    return seconds === 0 ? undefined : routeRateRefusal(seconds);
  };
}

/** @param seconds to the next minute */
export function routeRateRefusal(seconds: number): Reply {
  return replyFor("rate_limited", { retryAfterSeconds: seconds });
}
