// Lists every text of the dashboard. Each language supplies all of them.

import type { Range } from "../summary.ts";

export type Language = "en" | "zh";

export interface Texts {
  readonly product: string;
  readonly page: string;
  readonly skip: string;
  readonly tokenForm: {
    readonly lead: string;
    readonly label: string;
    readonly hint: string;
    readonly open: string;
    readonly checking: string;
    readonly missing: string;
    readonly wrong: string;
    readonly expired: string;
    readonly unavailable: string;
    /** The response is not a summary; probably a proxy sent it. */
    readonly unexpected: (status: number) => string;
  };
  readonly status: {
    readonly loading: string;
    readonly live: string;
    readonly paused: string;
    readonly unavailable: string;
    readonly updated: (time: string) => string;
    readonly noResponse: string;
    readonly unexpected: (status: number) => string;
    readonly dataFrom: (time: string) => string;
    readonly noData: string;
    readonly nextRetry: (seconds: number) => string;
    readonly retrying: string;
    readonly retryNow: string;
    readonly back: string;
  };
  readonly controls: {
    readonly label: string;
    readonly range: string;
    readonly ranges: Readonly<Record<Range, string>>;
    readonly pause: string;
    readonly resume: string;
    readonly theme: string;
    readonly themes: { readonly auto: string; readonly light: string; readonly dark: string };
    readonly forgetToken: string;
  };
  readonly figures: {
    readonly title: string;
    readonly requests: string;
    readonly errors: string;
    readonly latency: string;
    readonly ttfb: string;
    readonly inflight: string;
    readonly lastMinute: (count: string) => string;
    readonly errorsOf: (errors: string, requests: string) => string;
    readonly p50At: (p50: string, time: string) => string;
    readonly noneEnded: string;
    readonly peak: (peak: string) => string;
    readonly peakAndWaiting: (peak: string, waiting: string) => string;
  };
  readonly charts: {
    readonly title: string;
    readonly requests: string;
    readonly errors: string;
    readonly inflight: string;
    readonly latency: string;
    readonly ttfb: string;
    readonly outcomes: string;
    /** Shown after a chart's title: the time that one bar or point covers. */
    readonly per: Readonly<Record<Range, string>>;
    readonly peakPer: Readonly<Record<Range, string>>;
    readonly clientErrors: string;
    readonly serverErrors: string;
    readonly clientClosed: string;
    readonly p50: string;
    readonly p95: string;
    readonly limit: string;
    readonly asTable: string;
    readonly time: string;
    readonly empty: Readonly<Record<Range, string>>;
    readonly noErrors: Readonly<Record<Range, string>>;
    readonly describeTotal: (name: string, total: string, most: string, time: string) => string;
    readonly describeLast: (name: string, last: string, time: string, most: string) => string;
    readonly describePeak: (name: string, most: string, time: string, last: string) => string;
  };
  readonly outcomes: {
    readonly outcome: string;
    readonly count: string;
    readonly share: string;
    readonly empty: Readonly<Record<Range, string>>;
  };
  /** The section with the tables, the limits and the facts about the gateway. */
  readonly detail: string;
  readonly routes: {
    readonly title: string;
    readonly caption: string;
    readonly route: string;
    readonly unmatched: string;
    readonly requests: string;
    readonly errors: string;
    readonly inflight: string;
    readonly now: string;
    readonly peakHour: string;
    readonly peakDay: string;
    readonly hour: string;
    readonly day: string;
    readonly waiting: string;
    readonly limit: string;
    readonly empty: string;
  };
  readonly tokens: {
    readonly title: string;
    readonly caption: string;
    readonly token: string;
    readonly share: string;
    readonly empty: string;
  };
  readonly limits: {
    readonly title: string;
    readonly gateway: string;
    readonly rate: string;
    readonly upstream: (route: string) => string;
    readonly noLimit: string;
    readonly noUpstreamLimit: string;
    readonly peakDay: (peak: string) => string;
    readonly perKey: string;
    readonly waiting: (count: string) => string;
    readonly perMinute: (limit: string) => string;
    readonly of: (now: string, limit: string) => string;
  };
  readonly gateway: {
    readonly title: string;
    readonly version: string;
    readonly uptime: string;
    readonly started: string;
    readonly reload: string;
    readonly reloads: string;
    readonly never: string;
    readonly applied: string;
    readonly rejected: string;
    readonly reloadCounts: (applied: string, rejected: string) => string;
  };
  readonly noRequestsYet: { readonly title: string; readonly text: string };
}
