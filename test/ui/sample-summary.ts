// Makes sample summaries: one of a busy gateway and one of a gateway without requests.

import type { Series, Summary } from "../../src/ui/summary.ts";

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
  return {
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

/** The summary of a gateway with requests, limits and reloads. */
export function busySummary(): Summary {
  const hour = busySeries(60, 60, 140);
  const day = busySeries(96, 900, 1900);
  const total = (series: Series) => series.requests.reduce((sum, count) => sum + count, 0);
  const hourly = total(hour);
  const daily = total(day);
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
    errors_1h: Math.round(hourly * share * errors),
    errors_24h: Math.round(daily * share * errors * 0.8),
    upstream_max_inflight: max,
    queue_waiting: id === "anthropic" ? 2 : 0,
  });
  const token = (label: string, share: number, errors: number) => ({
    token: label,
    requests_1h: Math.round(hourly * share),
    requests_24h: Math.round(daily * share),
    errors_1h: Math.round(hourly * share * errors),
    errors_24h: Math.round(daily * share * errors),
  });
  const routes = [
    route("openai", 0.56, 0.013, [11, 29, 36], 40),
    route("anthropic", 0.3, 0.041, [10, 18, 18], 8),
    route("mistral", 0.11, 0.008, [2, 6, 9], null),
    route("local-llama", 0.03, 0, [0, 2, 4], 4),
    { ...route("__unmatched__", 0.002, 1, [0, 1, 1], null) },
  ];
  const outcomes = (all: number) => ({
    success: Math.round(all * 0.969),
    client_closed: Math.round(all * 0.011),
    rate_limited: Math.round(all * 0.008),
    upstream_timeout: Math.round(all * 0.005),
    upstream_concurrency_exceeded: Math.round(all * 0.003),
    unauthorized: Math.round(all * 0.002),
    route_not_found: Math.round(all * 0.002),
    upstream_aborted: Math.round(all * 0.0006),
  });
  return {
    generated_at_unix_ms: NOW,
    total_requests_1h: hourly,
    total_requests_24h: daily,
    routes,
    tokens: [
      token("gw-***7f#1b9c04d2", 0.48, 0.011),
      token("ci-***k2#90aa31fe", 0.31, 0.034),
      token("eva***9x#5d2207bc", 0.16, 0.006),
      token("a***#c81f6e05", 0.05, 0),
    ],
    outcomes_1h: outcomes(hourly),
    outcomes_24h: outcomes(daily),
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
    series: { hour, day },
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
    };
  };
  return {
    ...busySummary(),
    total_requests_1h: 0,
    total_requests_24h: 0,
    routes: [],
    tokens: [],
    outcomes_1h: {},
    outcomes_24h: {},
    started_at_unix_ms: NOW - 12_000,
    uptime_seconds: 12,
    limits: {
      rate_per_minute: null,
      downstream_max_inflight: null,
      downstream_inflight_current: 0,
      downstream_inflight_peak_24h: 0,
    },
    reload: { last_result: null, last_at_unix_ms: null, success_total: 0, failure_total: 0 },
    series: { hour: empty(60, 60), day: empty(96, 900) },
  };
}
