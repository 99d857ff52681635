// What does the gateway tell the page? The shape of `{path}/summary`, and whether what came is one.

/** Figures of one route; `__unmatched__` stands for requests that no route took. */
export interface RouteFigures {
  readonly route_id: string;
  readonly requests_1h: number;
  readonly requests_24h: number;
  readonly inflight_current: number;
  readonly inflight_peak_1h: number;
  readonly inflight_peak_24h: number;
  readonly errors_1h: number;
  readonly errors_24h: number;
  /** The ceiling per upstream key; null without one. */
  readonly upstream_max_inflight: number | null;
  readonly queue_waiting: number;
}

export interface TokenFigures {
  /** The token's label: never the token. */
  readonly token: string;
  readonly requests_1h: number;
  readonly requests_24h: number;
  readonly errors_1h: number;
  readonly errors_24h: number;
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

/** Parallel columns, oldest step first; the last step is still running. */
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
}

export interface Summary {
  readonly generated_at_unix_ms: number;
  readonly total_requests_1h: number;
  readonly total_requests_24h: number;
  readonly routes: readonly RouteFigures[];
  readonly tokens: readonly TokenFigures[];
  /** How many exchanges ended with each outcome word. */
  readonly outcomes_1h: Readonly<Record<string, number>>;
  readonly outcomes_24h: Readonly<Record<string, number>>;
  readonly version: string;
  readonly started_at_unix_ms: number;
  readonly uptime_seconds: number;
  readonly limits: Limits;
  readonly reload: ReloadState;
  readonly series: { readonly hour: Series; readonly day: Series };
}

/** The span of time that charts and figures are about. */
export type Range = "hour" | "day";

/**
 * Takes parsed JSON for a summary. Page and endpoint are of one build, so this only tells a summary from the answer
 * of something else in between; it does not look at every field.
 */
export function readSummary(json: unknown): Summary | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  const summary = json as Partial<Summary>;
  const whole =
    typeof summary.generated_at_unix_ms === "number" &&
    Array.isArray(summary.routes) &&
    Array.isArray(summary.tokens) &&
    Array.isArray(summary.series?.hour?.requests) &&
    Array.isArray(summary.series.day?.requests) &&
    summary.limits !== undefined &&
    summary.reload !== undefined;
  return whole ? (summary as Summary) : undefined;
}
