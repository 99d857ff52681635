// Limits how many requests a client makes per minute, over all routes (contract, section 12, "Limits of a client").

import type { Exchange } from "../../plan/exchange.ts";
import { type Reply, replyFor } from "../../plan/replies.ts";
import type { Guard } from "../../plan/steps.ts";
import type { Clock } from "../clock.ts";
import type { LimitsLease } from "../limits/limits-lease.ts";

const MESSAGE =
  "This client has reached its limit of requests per minute, over all routes. Wait as long as the retry-after header says.";
const CAUSE = "the client's own limit of requests per minute";

export function clientRate(limits: LimitsLease, clock: Clock): Guard {
  const window = limits.clientWindow();
  return function clientRate(x) {
    const { client } = x;
    const perMinute = client?.access?.ratePerMinute;
    if (client === undefined || perMinute === undefined) return undefined;
    const seconds = window.take(client.id, perMinute, clock.now());
    return seconds === 0 ? undefined : clientRateRefusal(x, seconds);
  };
}

/** @param seconds to the next minute */
export function clientRateRefusal(x: Exchange, seconds: number): Reply {
  // The limit of the route has the same code, so the log says which of the two it was.
  x.noteCause(CAUSE);
  return replyFor("rate_limited", { message: MESSAGE, retryAfterSeconds: seconds });
}
