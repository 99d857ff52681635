// What does Prometheus read? Our counts under their names (the contract, section 11), and the process' own. prom-client's door.
//
// Nothing is counted here: the meters count in typed arrays, and are turned into samples when somebody scrapes. A labelled
// counter and two histograms of prom-client would cost a microsecond a request, a hundred times as much.

import { collectDefaultMetrics, type Metric, Registry } from "prom-client";
import type { Document } from "../admin/metrics.ts";
import { BOUNDS_MS, type Histogram } from "./histogram.ts";
import { type Meters, UNMATCHED } from "./meters.ts";
import type { RouteMeter } from "./route-meter.ts";

type Labels = Readonly<Record<string, string>>;

/** What prom-client prints a line of. `sharedLabels` are formatted once for all lines that share the object. */
interface Sample {
  readonly metricName?: string;
  readonly labels: Labels;
  readonly sharedLabels?: Labels;
  readonly value: number;
}

export interface PrometheusContext {
  readonly version: string;
  /** How many wait for an upstream, by route. */
  readonly waiting: () => ReadonlyMap<string, number>;
}

/** The text of a scrape, made anew at each call. */
export function prometheusText(meters: Meters, context: PrometheusContext): () => Promise<Document> {
  const registry = new Registry();
  for (const metric of ourMetrics(meters, context)) registry.registerMetric(metric);
  addProcessMetrics(registry);
  return async () => ({ text: await registry.metrics(), contentType: registry.contentType });
}

/**
 * The defaults, less the percentiles of the event loop's delay: they would keep a timer that wakes a hundred times a second.
 * The delay itself is measured at each scrape.
 */
function addProcessMetrics(registry: Registry): void {
  // The longest interval a timer takes stands for none.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 2 ** 31 - 1 });
  for (const part of ["min", "max", "mean", "stddev", "p50", "p90", "p99"]) {
    registry.removeSingleMetric(`nodejs_eventloop_lag_${part}_seconds`);
  }
}

function ourMetrics(meters: Meters, { version, waiting }: PrometheusContext): Metric[] {
  const known = () => [...meters.routes.values()];
  /** Gauges of routes that can have any: what no route took is never in flight. */
  const real = () => known().filter(({ id }) => id !== UNMATCHED);
  return [
    metric("counter", "gateway_requests_total", "Exchanges that have ended.", () => known().flatMap(requestSamples)),
    metric("histogram", "gateway_request_duration_seconds", "From the request's head to the exchange's end.", () =>
      known().flatMap(durationSamples),
    ),
    metric(
      "histogram",
      "gateway_upstream_duration_seconds",
      "From sending upstream to the response head, or to the failure.",
      () => known().flatMap(upstreamSamples),
    ),
    metric(
      "histogram",
      "gateway_time_to_first_byte_seconds",
      "From the request's head to the upstream's response head.",
      () =>
        real().flatMap(({ id, ttfb }) =>
          histogramSamples("gateway_time_to_first_byte_seconds", { route_id: id }, ttfb),
        ),
    ),
    metric("gauge", "gateway_inflight_requests", "Exchanges admitted and not ended.", () =>
      real().map(({ id, inflight }) => ({ labels: { route_id: id }, value: inflight })),
    ),
    metric("gauge", "gateway_sse_streams_inflight", "Event streams under way.", () =>
      real().map(({ id, streams }) => ({ labels: { route_id: id }, value: streams })),
    ),
    metric("gauge", "gateway_upstream_queue_waiting", "Exchanges waiting for a place at their upstream.", () => {
      const counts = waiting();
      return real().map(({ id }) => ({ labels: { route_id: id }, value: counts.get(id) ?? 0 }));
    }),
    metric("counter", "gateway_upstream_retries_total", "Attempts that another one followed.", () =>
      real().flatMap(({ id, retries }) => keyed(retries, "reason", id)),
    ),
    metric("counter", "gateway_client_aborts_total", "Clients that left, by what they were waiting for.", () =>
      known().flatMap(({ id, aborts }) => keyed(aborts, "phase", id)),
    ),
    metric("counter", "gateway_limited_total", "Exchanges refused by a limit.", () => real().flatMap(limitedSamples)),
    metric("counter", "gateway_config_reloads_total", "Reloads, by result.", () =>
      Object.entries(meters.reloads).map(([result, value]) => ({ labels: { result }, value })),
    ),
    metric(
      "gauge",
      "gateway_config_last_reload_success_timestamp_seconds",
      "When the config served was taken up.",
      () => [{ labels: {}, value: meters.lastGoodConfigAt / 1000 }],
    ),
    metric("gauge", "gateway_build_info", "Always 1; the version is the label.", () => [
      { labels: { version }, value: 1 },
    ]),
  ];
}

/** prom-client's registry asks its metrics for their values, and for nothing else. */
function metric(type: "counter" | "gauge" | "histogram", name: string, help: string, values: () => Sample[]): Metric {
  const get = async () => ({ name, help, type, aggregator: "sum", values: values() });
  return { name, get } as unknown as Metric;
}

function requestSamples(meter: RouteMeter): Sample[] {
  return meter.kinds().flatMap(({ method, outcome, byStatusClass }) => {
    const shared = { route_id: meter.id, method, outcome };
    const samples: Sample[] = [];
    byStatusClass.forEach((value, digit) => {
      if (value === 0) return;
      const statusClass = digit === 0 ? "other" : `${digit}xx`;
      samples.push({ labels: { ...shared, status_class: statusClass }, value });
    });
    return samples;
  });
}

function durationSamples(meter: RouteMeter): Sample[] {
  return meter.kinds().flatMap(({ method, outcome, duration }) => {
    const shared = { route_id: meter.id, method, outcome };
    return histogramSamples("gateway_request_duration_seconds", shared, duration);
  });
}

function upstreamSamples(meter: RouteMeter): Sample[] {
  return [...meter.upstreams()].flatMap(({ host, result, duration }) => {
    const shared = { route_id: meter.id, upstream_host: host, result };
    return histogramSamples("gateway_upstream_duration_seconds", shared, duration);
  });
}

const LE = [...BOUNDS_MS.map((ms) => ({ le: String(ms / 1000) })), { le: "+Inf" }];

function histogramSamples(name: string, shared: Labels, { counts, sumMs }: Histogram): Sample[] {
  const metricName = `${name}_bucket`;
  let value = 0;
  const samples: Sample[] = LE.map((labels, bucket) => {
    value += counts[bucket] as number;
    return { metricName, labels, sharedLabels: shared, value };
  });
  samples.push({ metricName: `${name}_sum`, labels: {}, sharedLabels: shared, value: sumMs / 1000 });
  samples.push({ metricName: `${name}_count`, labels: {}, sharedLabels: shared, value });
  return samples;
}

/** Refusals are outcomes already: what a limit refused is read off them. */
const LIMITS: Readonly<Record<string, string>> = {
  rate_limited: "rate",
  downstream_concurrency_exceeded: "downstream",
  upstream_concurrency_exceeded: "upstream",
};

function limitedSamples(meter: RouteMeter): Sample[] {
  const byKind = new Map<string, number>();
  for (const { outcome, byStatusClass } of meter.kinds()) {
    const kind = LIMITS[outcome];
    if (kind === undefined) continue;
    const count = byStatusClass.reduce((sum, value) => sum + value, 0);
    byKind.set(kind, (byKind.get(kind) ?? 0) + count);
  }
  return keyed(byKind, "kind", meter.id);
}

function keyed(counts: ReadonlyMap<string, number>, label: string, routeId: string): Sample[] {
  return [...counts].map(([word, value]) => ({ labels: { route_id: routeId, [label]: word }, value }));
}
