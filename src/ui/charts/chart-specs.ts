// Which charts are there, and which columns of the summary does each one draw?

import type { Range, Series, Summary } from "../summary.ts";
import type { Words } from "../words/words.ts";

/** A colour by its meaning: `--tone-…` of the style sheet. */
export type Tone = "requests" | "client-error" | "server-error" | "left" | "inflight" | "p50" | "p95";

export interface Column {
  readonly name: string;
  readonly tone: Tone;
  /** One for each step; null where there is nothing to tell. */
  readonly values: readonly (number | null)[];
  /** What they come to in the summary, whose span is exact where the steps only cover it roughly. */
  readonly total?: number;
}

/** What values mean: how many came, the most at once, or how long it took (ms). */
export type Measure = "count" | "peak" | "ms";

export interface ChartSpec {
  readonly id: "requests" | "errors" | "inflight" | "latency" | "ttfb";
  readonly measure: Measure;
  title(words: Words): string;
  columns(series: Series, words: Words, summary: Summary, range: Range): readonly Column[];
  /** A limit to be drawn as a line, null without one. */
  ceiling(summary: Summary): number | null;
  /** What to say when there is nothing to draw. */
  empty(words: Words, range: Range): string;
}

const NO_CEILING = (): null => null;

export const CHARTS: readonly ChartSpec[] = [
  {
    id: "requests",
    measure: "count",
    title: ({ charts }) => charts.requests,
    columns: ({ requests }, { charts }, { total_requests_1h, total_requests_24h }, range) => [
      {
        name: charts.requests,
        tone: "requests",
        values: requests,
        total: range === "hour" ? total_requests_1h : total_requests_24h,
      },
    ],
    ceiling: NO_CEILING,
    empty: ({ charts }, range) => charts.empty[range],
  },
  {
    id: "errors",
    measure: "count",
    title: ({ charts }) => charts.errors,
    columns: ({ server_errors, client_errors, client_closed }, { charts }) => [
      { name: charts.serverErrors, tone: "server-error", values: server_errors },
      { name: charts.clientErrors, tone: "client-error", values: client_errors },
      { name: charts.clientClosed, tone: "left", values: client_closed },
    ],
    ceiling: NO_CEILING,
    empty: ({ charts }, range) => charts.noErrors[range],
  },
  {
    id: "inflight",
    measure: "peak",
    title: ({ charts }) => charts.inflight,
    columns: ({ inflight_peak }, { charts }) => [{ name: charts.inflight, tone: "inflight", values: inflight_peak }],
    ceiling: ({ limits }) => limits.downstream_max_inflight,
    empty: ({ charts }, range) => charts.empty[range],
  },
  {
    id: "latency",
    measure: "ms",
    title: ({ charts }) => charts.latency,
    columns: ({ latency_p50_ms, latency_p95_ms }, { charts }) => [
      { name: charts.p50, tone: "p50", values: latency_p50_ms },
      { name: charts.p95, tone: "p95", values: latency_p95_ms },
    ],
    ceiling: NO_CEILING,
    empty: ({ charts }, range) => charts.empty[range],
  },
  {
    id: "ttfb",
    measure: "ms",
    title: ({ charts }) => charts.ttfb,
    columns: ({ ttfb_p50_ms, ttfb_p95_ms }, { charts }) => [
      { name: charts.p50, tone: "p50", values: ttfb_p50_ms },
      { name: charts.p95, tone: "p95", values: ttfb_p95_ms },
    ],
    ceiling: NO_CEILING,
    empty: ({ charts }, range) => charts.empty[range],
  },
];
