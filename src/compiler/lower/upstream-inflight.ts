// How many requests may be in flight with one upstream key on a route, and how many may wait for a place?

import type { Lowerer } from "./lowerer.ts";
import { upstreamKeyDigest } from "./upstream-key.ts";

export const lowerUpstreamInflight: Lowerer<"upstreamInflight"> = ({ concurrency }) => {
  const { upstream_per_key_max_inflight: perKey, queue } = concurrency;
  return ({ id, upstream }) => {
    const max = upstream.upstream_key_max_inflight ?? perKey;
    const keyDigest = upstreamKeyDigest(upstream.inject_headers);
    if (max === undefined || keyDigest === undefined) return undefined;
    return {
      routeId: id,
      keyDigest,
      max,
      maxWaiting: queue?.max_waiting ?? 0,
      timeoutMs: queue?.timeout_ms ?? 0,
    };
  };
};
