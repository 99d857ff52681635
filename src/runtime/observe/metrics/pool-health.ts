// Looks up the health of the upstreams of pools, for metrics and summary.

import type { ShownHealth } from "../../limits/shown-health.ts";

type Known = Pick<ShownHealth, "state" | "reason" | "untilMs">;

/** An upstream of which nothing else is known has had no failure yet. */
const WELL: Known = Object.freeze({ state: "well", reason: undefined, untilMs: undefined });

/** Returns the function that finds the health of an upstream by its route and its id. */
export function healthLookup(health: readonly ShownHealth[]): (routeId: string, upstream: string) => Known {
  const byRoute = new Map<string, Map<string, ShownHealth>>();
  for (const each of health) {
    const ofRoute = byRoute.get(each.routeId) ?? new Map<string, ShownHealth>();
    byRoute.set(each.routeId, ofRoute.set(each.upstream, each));
  }
  return (routeId, upstream) => byRoute.get(routeId)?.get(upstream) ?? WELL;
}
