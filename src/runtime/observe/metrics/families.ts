// Which metrics are there, under which names and labels? The list of contract, section 11, read off the meters.

import type { Family, Lines } from "./exposition.ts";
import { type Meters, UNMATCHED } from "./meters.ts";
import type { Kind, RouteMeter } from "./route-meter.ts";

export interface FamiliesContext {
  readonly version: string;
  /** How many wait for an upstream, by route. */
  readonly waiting: () => ReadonlyMap<string, number>;
}

type Scope = "all routes" | "real routes";

/** All of our metrics. What they tell is read when they are written. */
export function families(meters: Meters, { version, waiting }: FamiliesContext): Family[] {
  /** A family with lines for each route. What no route took is never in flight, nor sent upstream. */
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
        if (scope === "all routes" || meter.id !== UNMATCHED) write(lines, meter);
      }
    },
  });
  return [
    perRoute(["counter", "gateway_requests_total"], "Exchanges that have ended.", "all routes", writeRequests),
    perRoute(
      ["histogram", "gateway_request_duration_seconds"],
      "From the request's head to the exchange's end.",
      "all routes",
      writeDurations,
    ),
    perRoute(
      ["histogram", "gateway_upstream_duration_seconds"],
      "From sending upstream to the response head, or to the failure.",
      "real routes",
      writeUpstreams,
    ),
    perRoute(
      ["histogram", "gateway_time_to_first_byte_seconds"],
      "From the request's head to the upstream's response head.",
      "real routes",
      (lines, { id, ttfb }) => ttfb && lines.histogram({ route_id: id }, ttfb),
    ),
    perRoute(
      ["gauge", "gateway_inflight_requests"],
      "Exchanges admitted and not ended.",
      "real routes",
      (lines, meter) => lines.sample({ route_id: meter.id }, meter.inflight),
    ),
    perRoute(["gauge", "gateway_sse_streams_inflight"], "Event streams under way.", "real routes", (lines, meter) =>
      lines.sample({ route_id: meter.id }, meter.streams),
    ),
    queueFamily(meters, waiting),
    perRoute(
      ["counter", "gateway_client_aborts_total"],
      "Clients that left, by what they were waiting for.",
      "all routes",
      (lines, { id, aborts }) => writeKeyed(lines, id, "phase", aborts),
    ),
    perRoute(["counter", "gateway_limited_total"], "Exchanges refused by a limit.", "real routes", writeLimited),
    ...configFamilies(meters, version),
  ];
}

function queueFamily(meters: Meters, waiting: FamiliesContext["waiting"]): Family {
  return {
    type: "gauge",
    name: "gateway_upstream_queue_waiting",
    help: "Exchanges waiting for a place at their upstream.",
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
      help: "Reloads, by result.",
      write(lines) {
        for (const [result, count] of Object.entries(meters.reloads)) lines.sample({ result }, count);
      },
    },
    {
      type: "gauge",
      name: "gateway_config_last_reload_success_timestamp_seconds",
      help: "When the config that is served was taken up.",
      write: (lines) => lines.sample({}, meters.lastGoodConfigAt / 1000),
    },
    {
      type: "gauge",
      name: "gateway_build_info",
      help: "Always 1; the version is the label.",
      write: (lines) => lines.sample({ version }, 1),
    },
  ];
}

function writeRequests(lines: Lines, meter: RouteMeter): void {
  for (const { method, outcome, byStatusClass } of meter.kinds()) {
    byStatusClass.forEach((count, digit) => {
      const status_class = digit === 0 ? "other" : `${digit}xx`;
      if (count > 0) lines.sample({ route_id: meter.id, method, outcome, status_class }, count);
    });
  }
}

function writeDurations(lines: Lines, meter: RouteMeter): void {
  for (const { method, outcome, duration } of meter.kinds()) {
    lines.histogram({ route_id: meter.id, method, outcome }, duration);
  }
}

function writeUpstreams(lines: Lines, meter: RouteMeter): void {
  for (const { host, result, duration } of meter.upstreams()) {
    lines.histogram({ route_id: meter.id, upstream_host: host, result }, duration);
  }
}

/** Refusals are outcomes already: what a limit refused is read off them. */
const LIMITS: Readonly<Record<string, string>> = {
  rate_limited: "rate",
  downstream_concurrency_exceeded: "downstream",
  upstream_concurrency_exceeded: "upstream",
};

function writeLimited(lines: Lines, meter: RouteMeter): void {
  const byLimit = new Map<string, number>();
  for (const kind of meter.kinds()) {
    const limit = LIMITS[kind.outcome];
    if (limit !== undefined) byLimit.set(limit, (byLimit.get(limit) ?? 0) + total(kind));
  }
  writeKeyed(lines, meter.id, "kind", byLimit);
}

function total({ byStatusClass }: Kind): number {
  return byStatusClass.reduce((sum, count) => sum + count, 0);
}

function writeKeyed(lines: Lines, routeId: string, label: string, counts: ReadonlyMap<string, number>): void {
  for (const [word, count] of counts) lines.sample({ route_id: routeId, [label]: word }, count);
}
