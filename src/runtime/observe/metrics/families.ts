// Lists the metrics with their names and labels (contract, section 11), and writes their values from the meters.

import type { ShownBudget } from "../../limits/budgets.ts";
import type { ShownHealth } from "../../limits/shown-health.ts";
import { attemptFamilies } from "./attempt-families.ts";
import type { Family, Lines } from "./exposition.ts";
import { type Meters, UNMATCHED } from "./meters.ts";
import type { RequestCounter, RouteMeter } from "./route-meter.ts";
import { type SharedState, stateFamilies } from "./state-families.ts";
import { usageFamilies } from "./usage-families.ts";

export interface FamiliesContext {
  readonly version: string;
  /** The number of exchanges that wait for their upstream, by route id. */
  readonly waiting: () => ReadonlyMap<string, number>;
  /** The health of the upstreams of pools. */
  readonly health: () => readonly ShownHealth[];
  /** The budgets of clients; without it, nothing is metered, and there are no metrics of usage. */
  readonly budgets?: (() => readonly ShownBudget[]) | undefined;
  /** The state that several processes share; without it, there are no metrics of it. */
  readonly state?: (() => SharedState) | undefined;
}

/** Requests that no route matched are never in flight nor sent upstream, so some metrics leave them out. */
type Scope = "with unmatched" | "matched only";

/** Builds the list of all metrics of the gateway. Their values are read each time they are written. */
export function families(meters: Meters, { version, waiting, health, budgets, state }: FamiliesContext): Family[] {
  /** A family with one or more lines per route. */
  const perRoute = (
    [type, name]: readonly [Family["type"], string],
    help: string,
    scope: Scope,
    write: (lines: Lines, meter: RouteMeter) => void,
  ): Family => ({
    type,
    name,
    help,
    write(lines) {
      for (const meter of meters.routes.values()) {
        if (scope === "with unmatched" || meter.id !== UNMATCHED) write(lines, meter);
      }
    },
  });
  return [
    perRoute(["counter", "gateway_requests_total"], "Exchanges that ended.", "with unmatched", writeRequests),
    perRoute(
      ["histogram", "gateway_request_duration_seconds"],
      "Time from the request's headers to the end of the exchange.",
      "with unmatched",
      writeDurations,
    ),
    perRoute(
      ["histogram", "gateway_upstream_duration_seconds"],
      "Time from sending the request upstream to the response headers, or to the failure.",
      "matched only",
      writeUpstreams,
    ),
    perRoute(
      ["histogram", "gateway_time_to_first_byte_seconds"],
      "Time from the request's headers to the upstream's response headers.",
      "matched only",
      (lines, { id, ttfb }) => ttfb && lines.histogram({ route_id: id }, ttfb),
    ),
    perRoute(
      ["gauge", "gateway_inflight_requests"],
      "Exchanges in progress: admitted and not ended.",
      "matched only",
      (lines, meter) => lines.sample({ route_id: meter.id }, meter.inflight),
    ),
    perRoute(["gauge", "gateway_sse_streams_inflight"], "Event streams in progress.", "matched only", (lines, meter) =>
      lines.sample({ route_id: meter.id }, meter.streams),
    ),
    perRoute(["gauge", "gateway_websockets_inflight"], "WebSockets that are open.", "matched only", (lines, meter) =>
      lines.sample({ route_id: meter.id }, meter.webSockets),
    ),
    queueFamily(meters, waiting),
    perRoute(
      ["counter", "gateway_client_aborts_total"],
      "Clients that disconnected, by what they were waiting for.",
      "with unmatched",
      (lines, { id, aborts }) => writeKeyed(lines, id, "phase", aborts),
    ),
    perRoute(["counter", "gateway_limited_total"], "Exchanges refused by a limit.", "matched only", writeLimited),
    ...attemptFamilies(meters, health),
    ...(budgets === undefined ? [] : usageFamilies(meters.usage, budgets)),
    ...(state === undefined ? [] : stateFamilies(state)),
    ...configFamilies(meters, version),
  ];
}

function queueFamily(meters: Meters, waiting: FamiliesContext["waiting"]): Family {
  return {
    type: "gauge",
    name: "gateway_upstream_queue_waiting",
    help: "Exchanges waiting in the queue for their upstream.",
    write(lines) {
      const counts = waiting();
      for (const id of meters.routes.keys()) {
        if (id !== UNMATCHED) lines.sample({ route_id: id }, counts.get(id) ?? 0);
      }
    },
  };
}

function configFamilies(meters: Meters, version: string): Family[] {
  return [
    {
      type: "counter",
      name: "gateway_config_reloads_total",
      help: "Config reloads, by result.",
      write(lines) {
        for (const [result, count] of Object.entries(meters.reloads)) lines.sample({ result }, count);
      },
    },
    {
      type: "gauge",
      name: "gateway_config_last_reload_success_timestamp_seconds",
      help: "When the current config was applied.",
      write: (lines) => lines.sample({}, meters.lastGoodConfigAt / 1000),
    },
    {
      type: "gauge",
      name: "gateway_build_info",
      help: "Always 1; the version is a label.",
      write: (lines) => lines.sample({ version }, 1),
    },
  ];
}

function writeRequests(lines: Lines, meter: RouteMeter): void {
  for (const { method, outcome, byStatusClass } of meter.requestCounters()) {
    byStatusClass.forEach((count, digit) => {
      const status_class = digit === 0 ? "other" : `${digit}xx`;
      if (count > 0) lines.sample({ route_id: meter.id, method, outcome, status_class }, count);
    });
  }
}

function writeDurations(lines: Lines, meter: RouteMeter): void {
  for (const { method, outcome, duration } of meter.requestCounters()) {
    lines.histogram({ route_id: meter.id, method, outcome }, duration);
  }
}

function writeUpstreams(lines: Lines, meter: RouteMeter): void {
  for (const { host, result, duration } of meter.upstreams()) {
    lines.histogram({ route_id: meter.id, upstream_host: host, result }, duration);
  }
}

/** The limit that causes each of these outcomes. Refusals have no counters of their own: they are summed up from the outcomes. */
const LIMIT_BY_OUTCOME: Readonly<Record<string, string>> = {
  rate_limited: "rate",
  budget_exceeded: "budget",
  request_exceeds_budget: "budget",
  client_concurrency_exceeded: "client",
  downstream_concurrency_exceeded: "downstream",
  upstream_concurrency_exceeded: "upstream",
};

function writeLimited(lines: Lines, meter: RouteMeter): void {
  const byLimit = new Map<string, number>();
  for (const counter of meter.requestCounters()) {
    const limit = LIMIT_BY_OUTCOME[counter.outcome];
    if (limit !== undefined) byLimit.set(limit, (byLimit.get(limit) ?? 0) + total(counter));
  }
  writeKeyed(lines, meter.id, "kind", byLimit);
}

function total({ byStatusClass }: RequestCounter): number {
  return byStatusClass.reduce((sum, count) => sum + count, 0);
}

function writeKeyed(lines: Lines, routeId: string, label: string, counts: ReadonlyMap<string, number>): void {
  for (const [key, count] of counts) lines.sample({ route_id: routeId, [label]: key }, count);
}
