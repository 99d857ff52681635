// How many requests may be in flight with one upstream key on a route, and how many may wait for a place?

import { createHash } from "node:crypto";
import { upstreamKey } from "../upstream-key.ts";
import type { Lowerer } from "./lowerer.ts";

export const lowerUpstreamInflight: Lowerer<"upstreamInflight"> = ({ concurrency }) => {
  const { upstream_per_key_max_inflight: perKey, queue } = concurrency;
  return ({ id, upstream }) => {
    const max = upstream.upstream_key_max_inflight ?? perKey;
    const key = upstreamKey(upstream.inject_headers);
    if (max === undefined || key === undefined) return undefined;
    return {
      routeId: id,
      keySha256: createHash("sha256").update(key).digest("hex"),
      max,
      maxWaiting: queue?.max_waiting ?? 0,
      timeoutMs: queue?.timeout_ms ?? 0,
    };
  };
};
