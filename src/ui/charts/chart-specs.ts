// Lists the charts of the page and the columns of the summary that each one draws.

import { type Range, type ResultClass, requestsOf, type Series, type Summary } from "../summary.ts";
import type { Texts } from "../texts/texts.ts";

/** The meaning of a colour; its value is `--tone-…` in the style sheet. */
export type Tone = "requests" | "client-error" | "server-error" | "client-closed" | "inflight" | "p50" | "p95";

export interface Column {
  readonly name: string;
  readonly tone: Tone;
  /** One value for each time step; null if the step has none. */
  readonly values: readonly (number | null)[];
  /** The total from the summary. It covers exactly the time range, which the sum of the steps does not for 24 h. */
  readonly total?: number;
}

/** What a value measures: a number of requests, the most at the same time, or a duration in ms. */
export type Measure = "count" | "peak" | "ms";

export interface ChartSpec {
  readonly id: "requests" | "errors" | "inflight" | "latency" | "ttfb";
  readonly measure: Measure;
  title(texts: Texts): string;
  columns(series: Series, texts: Texts, summary: Summary, range: Range): readonly Column[];
  /** A limit to draw as a dashed line, or null. */
  limit(summary: Summary): number | null;
  /** The text shown when there is nothing to draw. */
  empty(texts: Texts, range: Range): string;
}

const NO_LIMIT = (): null => null;

export const CHARTS: readonly ChartSpec[] = [
  {
    id: "requests",
    measure: "count",
    title: ({ charts }) => charts.requests,
    columns: ({ requests }, { charts }, summary, range) => [
      { name: charts.requests, tone: "requests", values: requests, total: requestsOf(summary, range) },
    ],
    limit: NO_LIMIT,
    empty: ({ charts }, range) => charts.empty[range],
  },
  {
    id: "errors",
    measure: "count",
    title: ({ charts }) => charts.errors,
    columns: (series, { charts }, summary, range) => {
      const total = (resultClass: ResultClass) => requestsOf(summary, range, resultClass);
      return [
        {
          name: charts.serverErrors,
          tone: "server-error",
          values: series.server_errors,
          total: total("server_error"),
        },
        {
          name: charts.clientErrors,
          tone: "client-error",
          values: series.client_errors,
          total: total("client_error"),
        },
        {
          name: charts.clientClosed,
          tone: "client-closed",
          values: series.client_closed,
          total: total("client_closed"),
        },
      ];
    },
    limit: NO_LIMIT,
    empty: ({ charts }, range) => charts.noErrors[range],
  },
  {
    id: "inflight",
    measure: "peak",
    title: ({ charts }) => charts.inflight,
    columns: ({ inflight_peak }, { charts }) => [{ name: charts.inflight, tone: "inflight", values: inflight_peak }],
    limit: ({ limits }) => limits.downstream_max_inflight,
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
    limit: NO_LIMIT,
    empty: ({ charts }, range) => charts.noAnswers[range],
  },
  {
    id: "ttfb",
    measure: "ms",
    title: ({ charts }) => charts.ttfb,
    columns: ({ ttfb_p50_ms, ttfb_p95_ms }, { charts }) => [
      { name: charts.p50, tone: "p50", values: ttfb_p50_ms },
      { name: charts.p95, tone: "p95", values: ttfb_p95_ms },
    ],
    limit: NO_LIMIT,
    empty: ({ charts }, range) => charts.noAnswers[range],
  },
];
