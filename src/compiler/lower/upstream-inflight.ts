// How many requests may be in flight with one upstream key on a route, and how many may wait for a place?

import { upstreamKeySha256 } from "../upstream-key.ts";
import type { Lowerer } from "./lowerer.ts";

export const lowerUpstreamInflight: Lowerer<"upstreamInflight"> = ({ concurrency }) => {
  const { upstream_per_key_max_inflight: perKey, queue } = concurrency;
  return ({ id, upstream }) => {
    const max = upstream.upstream_key_max_inflight ?? perKey;
    const keySha256 = upstreamKeySha256(upstream.inject_headers);
    if (max === undefined || keySha256 === undefined) return undefined;
    return {
      routeId: id,
      keySha256,
      max,
      maxWaiting: queue?.max_waiting ?? 0,
      timeoutMs: queue?.timeout_ms ?? 0,
    };
  };
};
