// What does the host need to know besides the routes?

import type { ServerSpec } from "../../plan/blueprint.ts";
import { readAddress } from "../address.ts";
import type { CompleteConfig } from "../defaults.ts";
import { lowerLogging, lowerMetrics, lowerTracing } from "./observability.ts";

export function lowerServer({ listen, observability, shutdown }: CompleteConfig): ServerSpec {
  const address = readAddress(listen);
  if (address === undefined) throw new Error("listen reaches lowering only when its rule has passed it");
  return {
    listen: address,
    logging: lowerLogging(observability.logging),
    metrics: lowerMetrics(observability.metrics),
    tracing: lowerTracing(observability.tracing),
    shutdown: { graceMs: shutdown.grace_ms, drainTimeoutMs: shutdown.drain_timeout_ms },
  };
}
