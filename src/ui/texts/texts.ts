// Lists every text of the dashboard. Each language supplies all of them.

import type { Range, ResultClass, ResultGroup, UpstreamState } from "../summary.ts";
import type { BudgetPeriod } from "../usage.ts";

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
    readonly p50: (p50: string) => string;
    readonly noneAnswered: string;
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
    /** Shown after a chart's title: the time that one bar or point covers. */
    readonly per: Readonly<Record<Range, string>>;
    readonly peakPer: Readonly<Record<Range, string>>;
    /** Shown after the title of a chart of durations, which has only what the provider answered. */
    readonly answers: (step: string) => string;
    readonly clientErrors: string;
    readonly serverErrors: string;
    readonly clientClosed: string;
    readonly p50: string;
    readonly p95: string;
    readonly limit: string;
    readonly asTable: string;
    readonly time: string;
    /** The time of the step that is not over yet. */
    readonly soFar: (time: string) => string;
    /** Explains why the last step is paler. */
    readonly pale: string;
    readonly empty: Readonly<Record<Range, string>>;
    readonly noErrors: Readonly<Record<Range, string>>;
    readonly noAnswers: Readonly<Record<Range, string>>;
    readonly describeTotal: (name: string, total: string, most: string, time: string) => string;
    readonly describeLast: (name: string, last: string, time: string, most: string) => string;
    readonly describePeak: (name: string, most: string, time: string, last: string) => string;
  };
  readonly results: {
    readonly title: string;
    readonly total: (count: string, range: string) => string;
    readonly result: string;
    readonly count: string;
    readonly share: string;
    readonly none: string;
    readonly classes: Readonly<Record<ResultClass, string>>;
    readonly groups: Readonly<Record<ResultGroup, string>>;
    /** What a status of the upstream means. */
    readonly statuses: Readonly<Record<string, string>>;
    /** What an outcome means. */
    readonly outcomes: Readonly<Record<string, string>>;
    /** What an outcome means for a response that had begun. */
    readonly brokenOff: Readonly<Record<string, string>>;
  };
  readonly lists: {
    readonly all: (count: string) => string;
    readonly fewer: string;
  };
  /** Tokens and what they cost. */
  readonly usage: {
    readonly title: string;
    readonly totals: string;
    readonly time: string;
    readonly hour: string;
    readonly day: string;
    readonly byClient: string;
    readonly byModel: string;
    readonly byRoute: string;
    readonly client: string;
    readonly model: string;
    readonly route: string;
    readonly input: string;
    readonly cached: string;
    readonly output: string;
    readonly cost: string;
    readonly responses: string;
    /** Instead of an amount of which nothing is known. */
    readonly unknown: string;
    /** An amount to which something is missing that is not known. */
    readonly atLeast: (amount: string) => string;
    /** Explains the two. */
    readonly hint: string;
    /** What the model `other` is. */
    readonly otherModels: string;
    readonly none: string;
    readonly budgets: string;
    readonly budget: (client: string, period: string) => string;
    readonly periods: Readonly<Record<BudgetPeriod, string>>;
    /** The amount of a budget in tokens. */
    readonly tokens: (count: string) => string;
    readonly of: (used: string, max: string) => string;
    readonly left: (amount: string) => string;
    readonly reserved: (amount: string) => string;
    readonly until: (time: string) => string;
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
    /** Follows the requests in flight: how many of them are WebSockets. */
    readonly webSockets: (count: string) => string;
    readonly empty: string;
  };
  readonly upstreams: {
    readonly title: string;
    readonly caption: string;
    readonly upstream: string;
    readonly state: string;
    readonly requests: string;
    readonly failures: string;
    readonly ofRoute: (route: string) => string;
    readonly states: Readonly<Record<UpstreamState, string>>;
    /** Follows the state of an upstream that cools. */
    readonly left: (time: string) => string;
    /** Follows the state of an upstream that is to be tried: maybe no request is doing so yet. */
    readonly byOneRequest: string;
    /** What a reason of the gateway means. */
    readonly reasons: Readonly<Record<string, string>>;
  };
  readonly tokens: {
    readonly title: string;
    readonly caption: string;
    readonly token: string;
    readonly share: string;
    readonly empty: string;
    /** A client's requests in flight, and its limit of them. */
    readonly inflight: (now: string, limit: string) => string;
    /** A client's limit of requests per minute. */
    readonly rate: (limit: string) => string;
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
    readonly workers: string;
    readonly workerCounts: (alive: string, configured: string) => string;
    readonly redis: string;
    readonly redisUsed: string;
    readonly redisAway: string;
    readonly reload: string;
    readonly reloads: string;
    readonly never: string;
    readonly applied: string;
    readonly rejected: string;
    readonly reloadCounts: (applied: string, rejected: string) => string;
  };
  readonly noRequestsYet: { readonly title: string; readonly text: string };
}
