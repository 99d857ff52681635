// Lists the metrics of attempts and of the health of upstreams (contract, section 11), and writes their values.

import type { ShownHealth } from "../../limits/shown-health.ts";
import type { Family } from "./exposition.ts";
import type { Meters } from "./meters.ts";
import { healthLookup } from "./pool-health.ts";

/** @param health the health of the upstreams of pools */
export function attemptFamilies(meters: Meters, health: () => readonly ShownHealth[]): Family[] {
  return [
    {
      type: "counter",
      name: "gateway_upstream_attempts_total",
      help: "Attempts to send a request upstream, by result.",
      write(lines) {
        for (const { id, attempts } of meters.routes.values()) {
          for (const { upstream, result, count } of attempts?.counters() ?? []) {
            lines.sample({ route_id: id, upstream, result }, count);
          }
        }
      },
    },
    {
      type: "counter",
      name: "gateway_upstream_retries_total",
      help: "Failed attempts that were followed by another one, by why they failed.",
      write(lines) {
        for (const { id, attempts } of meters.routes.values()) {
          for (const [reason, count] of attempts?.retries ?? []) lines.sample({ route_id: id, reason }, count);
        }
      },
    },
    {
      type: "gauge",
      name: "gateway_upstream_cooling",
      help: "1 while an upstream of a pool cools: it gets no requests, because it failed or refused.",
      write(lines) {
        const healthOf = healthLookup(health());
        for (const { id, pool } of meters.routes.values()) {
          for (const upstream of pool) {
            lines.sample({ route_id: id, upstream }, Number(healthOf(id, upstream).state === "cooling"));
          }
        }
      },
    },
  ];
}
