// Limits how many requests a client makes per minute, over all routes (contract, section 12, "Limits of a client").

import { replyFor } from "../../plan/replies.ts";
import type { Guard } from "../../plan/steps.ts";
import type { Clock } from "../clock.ts";
import type { LimitsLease } from "../limits/limits-lease.ts";

export function clientRate(limits: LimitsLease, clock: Clock): Guard {
  const window = limits.clientWindow();
  return function clientRate({ client }) {
    const perMinute = client?.access?.ratePerMinute;
    if (client === undefined || perMinute === undefined) return undefined;
    const seconds = window.take(client.id, perMinute, clock.now());
    if (seconds === 0) return undefined;
    return replyFor("rate_limited", { retryAfterSeconds: seconds });
  };
}
