// Describes the JSON of `{path}/summary` and checks that a response has this form.

import type { BudgetFigures, ModelFigures, UsageFigures, UsageSummary, Used } from "./usage.ts";

/** The counts of one route. The id `__unmatched__` is for requests that matched no route. */
export interface RouteFigures extends Partial<UsageFigures> {
  readonly route_id: string;
  readonly requests_1h: number;
  readonly requests_24h: number;
  readonly inflight_current: number;
  readonly inflight_peak_1h: number;
  readonly inflight_peak_24h: number;
  /** Of those in flight, the WebSockets that are open. */
  readonly websockets_current: number;
  readonly errors_1h: number;
  readonly errors_24h: number;
  /** The limit per upstream key; null if there is none. */
  readonly upstream_max_inflight: number | null;
  readonly queue_waiting: number;
  /** The upstreams of its pool, in the config's order; empty if it has no pool. */
  readonly upstreams: readonly UpstreamFigures[];
}

/** The health of an upstream. `probing`: its cooling time is over, and no request has been answered since. */
export type UpstreamState = "well" | "cooling" | "probing";

export interface UpstreamFigures {
  readonly id: string;
  readonly state: UpstreamState;
  /** Why it is not well, in a few English words; null while it is well. */
  readonly reason: string | null;
  /** When its cooling time ends or ended; null while it is well. */
  readonly until_unix_ms: number | null;
  readonly attempts_1h: number;
  readonly failures_1h: number;
}

/** The counts of one client, or of one token without a client. */
export interface TokenFigures extends Partial<UsageFigures> {
  /** The id of the client, or the label of the token; never the token itself. */
  readonly token: string;
  readonly requests_1h: number;
  readonly requests_24h: number;
  readonly errors_1h: number;
  readonly errors_24h: number;
  /** The client's own limit of requests per minute; null if it has none. */
  readonly rate_per_minute: number | null;
  /** The client's own limit of requests in flight; null if it has none. */
  readonly max_inflight: number | null;
  /** The client's requests in flight. Counted only for a client with `max_inflight`; else null. */
  readonly inflight_current: number | null;
}

export interface Limits {
  readonly rate_per_minute: number | null;
  readonly downstream_max_inflight: number | null;
  readonly downstream_inflight_current: number;
  readonly downstream_inflight_peak_24h: number;
}

export interface ReloadState {
  readonly last_result: "success" | "failure" | null;
  readonly last_at_unix_ms: number | null;
  readonly success_total: number;
  readonly failure_total: number;
}

/** Columns of equal length, one value for each time step, oldest first. The last step is not over yet. */
export interface Series {
  readonly step_seconds: number;
  readonly start_unix_ms: number;
  readonly requests: readonly number[];
  readonly client_errors: readonly number[];
  readonly server_errors: readonly number[];
  readonly client_closed: readonly number[];
  readonly inflight_peak: readonly number[];
  /** Milliseconds; null where no request ended in the step. */
  readonly latency_p50_ms: readonly (number | null)[];
  readonly latency_p95_ms: readonly (number | null)[];
  readonly ttfb_p50_ms: readonly (number | null)[];
  readonly ttfb_p95_ms: readonly (number | null)[];
  /** The percentiles of all steps together. */
  readonly overall: Percentiles;
}

/** Of exchanges that the upstream answered, milliseconds; null if there were none. */
export interface Percentiles {
  readonly latency_p50_ms: number | null;
  readonly latency_p95_ms: number | null;
  readonly ttfb_p50_ms: number | null;
  readonly ttfb_p95_ms: number | null;
}

/** Who gave the complete response; `incomplete` if nobody did. */
export type ResultGroup = "upstream" | "gateway" | "incomplete";

/** What charts show an exchange as. `client_error` and `server_error` are errors. */
export type ResultClass = "good" | "client_error" | "server_error" | "client_closed";

/** How many exchanges ended in one way. The counts of a list add up to all requests. */
export interface ResultCount {
  readonly group: ResultGroup;
  /** For a response of the upstream its class of status, such as `2xx` or `429`; else the outcome. */
  readonly result: string;
  readonly class: ResultClass;
  readonly count: number;
}

export interface Summary extends Partial<UsageFigures> {
  readonly generated_at_unix_ms: number;
  readonly total_requests_1h: number;
  readonly total_requests_24h: number;
  readonly routes: readonly RouteFigures[];
  readonly tokens: readonly TokenFigures[];
  /** By group, then the most frequent first. */
  readonly results_15m: readonly ResultCount[];
  readonly results_1h: readonly ResultCount[];
  readonly results_24h: readonly ResultCount[];
  readonly version: string;
  readonly started_at_unix_ms: number;
  readonly uptime_seconds: number;
  readonly limits: Limits;
  readonly reload: ReloadState;
  /** How many workers there should be, and how many serve: only with several workers. */
  readonly workers?: { readonly configured: number; readonly alive: number };
  /** Whether the limits are counted in Redis: only if the config names one. */
  readonly state?: { readonly up: boolean };
  /** What each model used, and the budgets of clients: only if the gateway writes usage down, as `usage_1h` and `usage_24h`. */
  readonly models?: readonly ModelFigures[];
  readonly budgets?: readonly BudgetFigures[];
  readonly series: Readonly<Record<Range, Series>>;
}

/** The result of one request for the summary. */
export type SummaryResult =
  | { readonly kind: "summary"; readonly summary: Summary }
  /** The gateway refused the token. */
  | { readonly kind: "unauthorized" }
  /** There was no response, or a response that is not a summary. Only the second has a status. */
  | { readonly kind: "unavailable"; readonly status?: number };

/** The time range that charts and figures cover. */
export type Range = "quarter" | "hour" | "day";

export const RANGES: readonly Range[] = ["quarter", "hour", "day"];

/** Returns how the requests of a time range ended. */
export function resultsOf(summary: Summary, range: Range): readonly ResultCount[] {
  if (range === "quarter") return summary.results_15m;
  return range === "hour" ? summary.results_1h : summary.results_24h;
}

/** Returns how many requests ended in a time range, of all classes or of some. */
export function requestsOf(summary: Summary, range: Range, ...classes: readonly ResultClass[]): number {
  const counted = resultsOf(summary, range).filter((row) => classes.length === 0 || classes.includes(row.class));
  return counted.reduce((sum, { count }) => sum + count, 0);
}

/** Returns the summary if it has usage. */
export function usageOf(summary: Summary): (Summary & UsageSummary) | undefined {
  return summary.usage_1h === undefined ? undefined : (summary as Summary & UsageSummary);
}

/** Returns what was used in a time range. Usage is not told of a quarter of an hour: its hour is shown. */
export function usedIn({ usage_1h, usage_24h }: Partial<UsageFigures>, range: Range): Used | undefined {
  return range === "day" ? usage_24h : usage_1h;
}

/**
 * Returns parsed JSON as a summary, or undefined if it is something else, such as the error page of a proxy.
 * Page and gateway come from the same build, so only a few fields are checked.
 */
export function readSummary(json: unknown): Summary | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  const summary = json as Partial<Summary>;
  const complete =
    typeof summary.generated_at_unix_ms === "number" &&
    Array.isArray(summary.routes) &&
    Array.isArray(summary.tokens) &&
    RANGES.every((range) => Array.isArray(summary.series?.[range]?.requests)) &&
    [summary.results_15m, summary.results_1h, summary.results_24h].every(Array.isArray) &&
    summary.limits !== undefined &&
    summary.reload !== undefined;
  return complete ? (summary as Summary) : undefined;
}
