// Walks over the limits and budgets of a config: all that is counted, and that several processes can count together.

import { type Path, pointer } from "../diagnostics/location.ts";
import type { CompleteClient, CompleteConfig } from "../schema/defaults.ts";
import { clientPath } from "./clients.ts";
import { eachUpstream } from "./walks.ts";

/** The path of every limit, the limits of routes first. A client that is not enabled has none. */
export function* eachLimit(config: CompleteConfig): Generator<Path> {
  const { rate_limit, concurrency, gateway_auth } = config;
  if (rate_limit.per_minute !== undefined) yield ["rate_limit", "per_minute"];
  for (const key of ["downstream_max_inflight", "upstream_per_key_max_inflight"] as const) {
    if (concurrency[key] !== undefined) yield ["concurrency", key];
  }
  const seen = new Set<string>();
  for (const { upstream, pathOf } of eachUpstream(config)) {
    if (upstream.upstream_key_max_inflight === undefined) continue;
    const path = pathOf("upstream_key_max_inflight");
    // Upstreams take it from one place, such as `upstream_defaults`.
    if (seen.has(pointer(path))) continue;
    seen.add(pointer(path));
    yield path;
  }
  for (const [index, client] of gateway_auth.clients.entries()) {
    if (client.enabled) yield* limitsOf(client, index);
  }
}

function* limitsOf({ rate_limit, max_inflight, budgets = [] }: CompleteClient, index: number): Generator<Path> {
  for (const key of ["per_minute", "tokens_per_minute"] as const) {
    if (rate_limit?.[key] !== undefined) yield clientPath(index, "rate_limit", key);
  }
  if (max_inflight !== undefined) yield clientPath(index, "max_inflight");
  for (const entry of budgets.keys()) yield clientPath(index, "budgets", entry);
}
