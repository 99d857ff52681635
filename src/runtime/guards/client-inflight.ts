// Limits how many requests of a client are in flight, over all routes (contract, section 12, "Limits of a client").

import { replyFor } from "../../plan/replies.ts";
import type { ClientInflightSpec, Guard } from "../../plan/steps.ts";
import { clientKey } from "../limits/client-key.ts";
import type { LimitsLease } from "../limits/limits-lease.ts";

export const CLIENT_FULL = replyFor("client_concurrency_exceeded");

export function clientInflight({ clients }: ClientInflightSpec, limits: LimitsLease): Guard {
  const counters = new Map(
    clients.map(({ id, max }) => {
      const key = clientKey(id);
      const counter = limits.client(key, max);
      return [key, { counter, release: () => counter.release() }] as const;
    }),
  );
  return function clientInflight(x) {
    const own = x.client === undefined ? undefined : counters.get(x.client.id);
    if (own === undefined) return undefined;
    if (!own.counter.tryAcquire()) return CLIENT_FULL;
    x.hold(own.release);
    return undefined;
  };
}
