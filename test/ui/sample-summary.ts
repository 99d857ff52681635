// Makes sample summaries: of a busy gateway, of one with very many routes, of one that has just started, of one without requests.

import type { ResultClass, ResultCount, ResultGroup, Series, Summary, UpstreamFigures } from "../../src/ui/summary.ts";
import { withUsage } from "./sample-usage.ts";

/** A fixed time, so that the page always looks the same. */
export const NOW = Date.UTC(2026, 2, 14, 14, 5, 30);

/** Returns the same pseudo-random numbers each time (a linear congruential generator). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

function busySeries(points: number, stepSeconds: number, perStep: number): Series {
  const random = seededRandom(points);
  const start = Math.floor(NOW / (stepSeconds * 1000)) * stepSeconds * 1000 - (points - 1) * stepSeconds * 1000;
  const wave = (at: number) => 0.62 + 0.38 * Math.sin((at / points) * Math.PI * 2.2 - 0.7);
  const last = points - 1;
  const column = <T>(value: (at: number) => T) => Array.from({ length: points }, (_, at) => value(at));
  const requests = column((at) => Math.round(perStep * wave(at) * (0.82 + 0.36 * random()) * (at === last ? 0.5 : 1)));
  const errorBurst = (at: number) => (at > points * 0.55 && at < points * 0.62 ? 9 : 1);
  const some = (share: number) =>
    column((at) => Math.floor((requests[at] ?? 0) * share * errorBurst(at) * random() * 2));
  const p50 = column((at) => 380 + 160 * wave(at) + 60 * random() + 40 * errorBurst(at));
  const ttfb = column((at) => 140 + 60 * wave(at) + 30 * random());
  const overall = { latency_p50_ms: 520, latency_p95_ms: 1_630, ttfb_p50_ms: 195, ttfb_p95_ms: 460 };
  return {
    overall,
    step_seconds: stepSeconds,
    start_unix_ms: start,
    requests,
    client_errors: some(0.012),
    server_errors: some(0.006),
    client_closed: some(0.008),
    inflight_peak: column((at) => Math.round(9 + 22 * wave(at) + 8 * random())),
    latency_p50_ms: p50,
    latency_p95_ms: p50.map((ms) => ms * (2.6 + 0.9 * random())),
    ttfb_p50_ms: ttfb,
    ttfb_p95_ms: ttfb.map((ms) => ms * (2.1 + 0.5 * random())),
  };
}

const sum = (column: readonly number[]) => column.reduce((all, count) => all + count, 0);

/** The results of one class, with the parts that each has of the class; the last one gets the rest. */
type Parts = readonly (readonly [group: ResultGroup, result: string, part: number])[];

const PARTS: Readonly<Record<ResultClass, Parts>> = {
  good: [
    ["upstream", "3xx", 0.004],
    ["gateway", "preflight", 0.02],
    ["upstream", "2xx", 1],
  ],
  client_error: [
    ["gateway", "rate_limited", 0.3],
    ["gateway", "client_concurrency_exceeded", 0.05],
    ["gateway", "unauthorized", 0.1],
    ["gateway", "route_not_found", 0.1],
    ["upstream", "4xx", 0.15],
    ["upstream", "429", 1],
  ],
  server_error: [
    ["gateway", "upstream_timeout", 0.2],
    ["gateway", "upstream_concurrency_exceeded", 0.3],
    ["incomplete", "upstream_aborted", 0.1],
    ["upstream", "5xx", 1],
  ],
  client_closed: [["incomplete", "client_closed", 1]],
};

/** Results that add up to the columns of a series. */
function resultsOf(series: Series): ResultCount[] {
  const errors = sum(series.client_errors) + sum(series.server_errors);
  const totals: Readonly<Record<ResultClass, number>> = {
    good: sum(series.requests) - errors - sum(series.client_closed),
    client_error: sum(series.client_errors),
    server_error: sum(series.server_errors),
    client_closed: sum(series.client_closed),
  };
  const order: readonly ResultGroup[] = ["upstream", "gateway", "incomplete"];
  return (Object.keys(PARTS) as ResultClass[])
    .flatMap((resultClass) => {
      let rest = totals[resultClass];
      const parts = PARTS[resultClass];
      return parts.map(([group, result, part], at): ResultCount => {
        const count = at === parts.length - 1 ? rest : Math.round(totals[resultClass] * part);
        rest -= count;
        return { group, result, class: resultClass, count };
      });
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group) || b.count - a.count);
}

/** The upstreams of the pools, by route. */
const POOLS: Readonly<Record<string, readonly UpstreamFigures[]>> = {
  openai: [
    upstream("account-1", [2214, 6], "cooling", "rate limit", NOW + 42_000),
    upstream("account-2", [1873, 3]),
    upstream("azure-west-europe", [61, 9], "probing", "failures", NOW - 900),
  ],
  anthropic: [upstream("main", [1402, 88], "cooling", "quota", NOW + 252_000), upstream("second", [871, 4])],
};

function upstream(
  id: string,
  [attempts_1h, failures_1h]: readonly [number, number],
  state: UpstreamFigures["state"] = "well",
  reason: string | null = null,
  until_unix_ms: number | null = null,
): UpstreamFigures {
  return { id, state, reason, until_unix_ms, attempts_1h, failures_1h };
}

/** A client without limits of its own, or a token without a client. */
const NO_LIMITS = [null, null, null] as const;

/** The summary of a gateway with requests, limits, pools, reloads, usage and budgets. */
export function busySummary(): Summary {
  return withUsage(meterlessSummary());
}

/** The same of a gateway that writes no usage down. */
export function meterlessSummary(): Summary {
  const quarter = busySeries(90, 10, 24);
  const hour = busySeries(60, 60, 140);
  const day = busySeries(96, 900, 1900);
  const hourly = sum(hour.requests);
  const daily = sum(day.requests);
  const route = (
    id: string,
    share: number,
    errors: number,
    inflight: [number, number, number],
    max: number | null,
  ) => ({
    route_id: id,
    requests_1h: Math.round(hourly * share),
    requests_24h: Math.round(daily * share),
    inflight_current: inflight[0],
    inflight_peak_1h: inflight[1],
    inflight_peak_24h: inflight[2],
    websockets_current: id === "openai" ? 4 : 0,
    errors_1h: Math.round(hourly * share * errors),
    errors_24h: Math.round(daily * share * errors * 0.8),
    upstream_max_inflight: max,
    queue_waiting: id === "anthropic" ? 2 : 0,
    upstreams: POOLS[id] ?? [],
  });
  /** @param limits requests per minute, in flight at most, and in flight now */
  const token = (
    label: string,
    share: number,
    errors: number,
    [rate_per_minute, max_inflight, inflight_current]: readonly [
      number | null,
      number | null,
      number | null,
    ] = NO_LIMITS,
  ) => ({
    token: label,
    requests_1h: Math.round(hourly * share),
    requests_24h: Math.round(daily * share),
    errors_1h: Math.round(hourly * share * errors),
    errors_24h: Math.round(daily * share * errors),
    rate_per_minute,
    max_inflight,
    inflight_current,
  });
  const routes = [
    route("openai", 0.56, 0.013, [11, 29, 36], 40),
    route("anthropic", 0.3, 0.041, [10, 18, 18], 8),
    route("mistral", 0.11, 0.008, [2, 6, 9], null),
    route("local-llama", 0.03, 0, [0, 2, 4], 4),
    { ...route("__unmatched__", 0.002, 1, [0, 1, 1], null) },
  ];
  return {
    generated_at_unix_ms: NOW,
    total_requests_1h: hourly,
    total_requests_24h: daily,
    routes,
    tokens: [
      token("team-search", 0.44, 0.011, [600, 40, 11]),
      token("ci-***k2#90aa31fe", 0.31, 0.034),
      token("eva***9x#5d2207bc", 0.16, 0.006),
      token("a***#c81f6e05", 0.05, 0),
      token("nightly-evaluation.eu", 0.03, 0.006, [null, 8, 8]),
      token("intern", 0.01, 0.12, [20, 2, 1]),
    ],
    results_15m: resultsOf(quarter),
    results_1h: resultsOf(hour),
    results_24h: resultsOf(day),
    version: "0.1.0",
    started_at_unix_ms: NOW - 3 * 86_400_000 - 4.2 * 3_600_000,
    uptime_seconds: 3 * 86_400 + 15_120,
    limits: {
      rate_per_minute: 120,
      downstream_max_inflight: 64,
      downstream_inflight_current: 23,
      downstream_inflight_peak_24h: 41,
    },
    reload: { last_result: "success", last_at_unix_ms: NOW - 47 * 60_000, success_total: 3, failure_total: 1 },
    series: { quarter, hour, day },
  };
}

/** The summary of a gateway without requests and without limits. */
export function emptySummary(): Summary {
  const empty = (points: number, stepSeconds: number): Series => {
    const { start_unix_ms } = busySeries(points, stepSeconds, 0);
    const zeros = Array.from({ length: points }, () => 0);
    const nulls = Array.from({ length: points }, () => null);
    return {
      step_seconds: stepSeconds,
      start_unix_ms,
      requests: zeros,
      client_errors: zeros,
      server_errors: zeros,
      client_closed: zeros,
      inflight_peak: zeros,
      latency_p50_ms: nulls,
      latency_p95_ms: nulls,
      ttfb_p50_ms: nulls,
      ttfb_p95_ms: nulls,
      overall: { latency_p50_ms: null, latency_p95_ms: null, ttfb_p50_ms: null, ttfb_p95_ms: null },
    };
  };
  return {
    ...meterlessSummary(),
    total_requests_1h: 0,
    total_requests_24h: 0,
    routes: [],
    tokens: [],
    results_15m: [],
    results_1h: [],
    results_24h: [],
    started_at_unix_ms: NOW - 12_000,
    uptime_seconds: 12,
    limits: {
      rate_per_minute: null,
      downstream_max_inflight: null,
      downstream_inflight_current: 0,
      downstream_inflight_peak_24h: 0,
    },
    reload: { last_result: null, last_at_unix_ms: null, success_total: 0, failure_total: 0 },
    series: { quarter: empty(90, 10), hour: empty(60, 60), day: empty(96, 900) },
  };
}

/** The summary of a gateway that started some seconds ago and has had requests since. */
export function youngSummary(seconds: number): Summary {
  const busy = busySummary();
  const startedAt = NOW - seconds * 1000;
  const since = (series: Series): Series => {
    const kept = <T>(column: readonly T[], none: T): T[] =>
      column.map((value, at) => {
        const end = series.start_unix_ms + (at + 1) * series.step_seconds * 1000;
        return end > startedAt ? value : none;
      });
    return {
      ...series,
      requests: kept(series.requests, 0),
      client_errors: kept(series.client_errors, 0),
      server_errors: kept(series.server_errors, 0),
      client_closed: kept(series.client_closed, 0),
      inflight_peak: kept(series.inflight_peak, 0),
      latency_p50_ms: kept(series.latency_p50_ms, null),
      latency_p95_ms: kept(series.latency_p95_ms, null),
      ttfb_p50_ms: kept(series.ttfb_p50_ms, null),
      ttfb_p95_ms: kept(series.ttfb_p95_ms, null),
    };
  };
  const quarter = since(busy.series.quarter);
  const results = resultsOf(quarter);
  const total = sum(quarter.requests);
  const route = busy.routes[0];
  const token = busy.tokens[0];
  return {
    ...busy,
    total_requests_1h: total,
    total_requests_24h: total,
    routes:
      route === undefined ? [] : [{ ...route, requests_1h: total, requests_24h: total, errors_1h: 1, errors_24h: 1 }],
    tokens:
      token === undefined ? [] : [{ ...token, requests_1h: total, requests_24h: total, errors_1h: 1, errors_24h: 1 }],
    results_15m: results,
    results_1h: results,
    results_24h: results,
    started_at_unix_ms: startedAt,
    uptime_seconds: seconds,
    reload: { last_result: null, last_at_unix_ms: null, success_total: 0, failure_total: 0 },
    series: { quarter, hour: since(busy.series.hour), day: since(busy.series.day) },
  };
}

/** A route id that is far longer than a table is wide. */
export const LONG_ID = `team-research/${"an-experiment-with-a-very-long-name-".repeat(5)}eu-central-1`;

/** A client id of the greatest length. */
const LONG_CLIENT = "research-group-of-the-northern-office.batch-jobs_2026.eu-west-1a";

/** Every outcome that the gateway counts as its own answer. */
const OWN = [
  "rate_limited unauthorized upstream_connect_error upstream_timeout route_not_found upstream_request_failed",
  "downstream_concurrency_exceeded upstream_concurrency_exceeded cors_origin_not_allowed invalid_path bad_request",
  "route_not_allowed model_not_allowed model_unreadable client_concurrency_exceeded websocket_not_enabled",
  "method_not_allowed request_timeout expectation_failed headers_too_large shutting_down internal_error some_newer_word",
].flatMap((words) => words.split(" "));

/** The summary of a gateway with very many routes and tokens, a very long route id, and every outcome. */
export function crowdedSummary(): Summary {
  const busy = busySummary();
  const routes = Array.from({ length: 40 }, (_, at) => {
    const route = busy.routes[at % 4];
    if (route === undefined) throw new Error("the sample has no routes");
    return { ...route, route_id: at === 1 ? LONG_ID : `${route.route_id}-${at}`, upstream_max_inflight: 8 + at };
  });
  const tokens = Array.from({ length: 30 }, (_, at) => ({
    token: at === 4 ? LONG_CLIENT : at % 6 === 1 || at % 6 === 5 ? `k${at}***7f#1b9c04d2` : `service-${at}`,
    requests_1h: 200 - at,
    requests_24h: 2000 - at,
    errors_1h: at,
    errors_24h: 3 * at,
    rate_per_minute: at % 3 === 0 ? 10 * (at + 1) : null,
    max_inflight: at % 2 === 0 ? 100 : null,
    inflight_current: at % 2 === 0 ? 3 * at : null,
  }));
  const own = OWN.map((result, at): ResultCount => {
    const resultClass = result.startsWith("upstream") || at > 19 ? "server_error" : "client_error";
    return { group: "gateway", result, class: resultClass, count: 240 - 10 * at };
  });
  const results = [
    ...busy.results_1h.filter(({ group }) => group === "upstream"),
    ...own,
    { group: "incomplete", result: "client_closed", class: "client_closed", count: 61 },
    { group: "incomplete", result: "upstream_timeout", class: "server_error", count: 12 },
    { group: "incomplete", result: "upstream_aborted", class: "server_error", count: 3 },
  ] as const;
  const crowded = { ...busy, routes, tokens, results_15m: results, results_1h: results, results_24h: results };
  const { models = [], budgets = [], ...rest } = withUsage(crowded);
  const [model] = models;
  if (model === undefined) throw new Error("the sample has no models");
  return {
    ...rest,
    models: [{ ...model, model: LONG_ID }, ...Array.from({ length: 20 }, (_, at) => ({ ...model, model: `m-${at}` }))],
    budgets: Array.from({ length: 6 }, (_, at) =>
      budgets.map((each) => ({ ...each, client: `${each.client}-${at}` })),
    ).flat(),
  };
}
