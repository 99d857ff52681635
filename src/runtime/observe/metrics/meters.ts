// Counts each exchange when it ends, and those that are in flight. The summary and Prometheus read these figures.

import { type Blueprint, limitsOf } from "../../../plan/blueprint.ts";
import type { Outcome } from "../../../plan/exchange.ts";
import type { Clock } from "../../clock.ts";
import type { Observer, ReloadResult, UnparsedRequest } from "../../exchange/observer.ts";
import type { AttemptResult, EndedAttempt } from "../../exchange/record.ts";
import { lastAttemptCounts } from "../last-attempt.ts";
import { type Result, resultOf } from "../result.ts";
import { ClientMeters } from "./client-meters.ts";
import { CountRing } from "./count-ring.ts";
import type { CountedExchange, CountedRoute, CountedUpstream, CountedUsage, UsedExchange } from "./counted-exchange.ts";
import { PeakRing } from "./peak-ring.ts";
import { type AbortPhase, RouteMeter } from "./route-meter.ts";
import { Series } from "./series.ts";
import { SlidingCount } from "./sliding-count.ts";
import { UsageMeter } from "./usage-meter.ts";
import { amountsOf } from "./usage-windows.ts";

/** Requests without a route are counted under this id. */
export const UNMATCHED = "__unmatched__";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** The last quarter of an hour is counted in shorter steps, so that a process that has just started has something to show. */
const SHORT_STEP_MS = 10_000;
const SHORT_STEPS = 90;

/** Limits of the whole gateway, in the current plan. */
export interface Ceilings {
  readonly ratePerMinute: number | null;
  readonly downstreamMax: number | null;
}

/** How many exchanges had one result. */
export interface ResultCounter {
  readonly result: Result;
  readonly minutes: CountRing;
  readonly quarter: SlidingCount;
}

/** How many exchanges of a route are in progress. */
export interface InProgress {
  readonly inflight: number;
  readonly streams: number;
  readonly webSockets: number;
}

export class Meters implements Observer {
  readonly startedAt: number;
  readonly routes = new Map<string, RouteMeter>();
  readonly clients = new ClientMeters();
  readonly usage = new UsageMeter();
  readonly results = new Map<Result, ResultCounter>();
  readonly quarter = new Series(SHORT_STEP_MS, SHORT_STEPS);
  readonly hour = new Series(MINUTE_MS, 60);
  readonly day = new Series(15 * MINUTE_MS, 96);
  readonly reloads: Record<ReloadResult, number> = { success: 0, failure: 0 };
  /** The last reload's result and time, ms since the epoch. */
  lastReload: { readonly result: ReloadResult; readonly at: number } | undefined = undefined;
  /** When a config last began to be served, ms since the epoch. */
  lastGoodConfigAt: number;
  ceilings: Ceilings = { ratePerMinute: null, downstreamMax: null };
  readonly #series: readonly Series[] = [this.quarter, this.hour, this.day];
  readonly #peaks = new PeakRing(DAY_MINUTES);
  readonly #clock: Clock;
  #inflight = 0;

  constructor(blueprint: Blueprint, clock: Clock) {
    this.#clock = clock;
    this.startedAt = clock.now();
    this.lastGoodConfigAt = this.startedAt;
    this.adopt(blueprint);
  }

  /** How many exchanges are in flight in the whole gateway. */
  get inflight(): number {
    return this.#inflight;
  }

  /** How many exchanges were in flight at most at one time in the last day. */
  inflightPeak(minute: number): number {
    return this.#peaks.peak(minute);
  }

  /**
   * Uses the routes, clients and limits of another blueprint. A removed route is kept if it has exchanges in flight or had any in the
   * last day.
   */
  adopt(blueprint: Blueprint): void {
    const { routes } = blueprint;
    const minute = minuteOf(this.#clock.now());
    const ids = new Set(routes.map(({ id }) => id));
    for (const [id, meter] of this.routes) {
      if (!ids.has(id) && meter.inflight === 0 && meter.row(minute).requests_24h === 0) this.routes.delete(id);
    }
    this.clients.adopt(blueprint, minute);
    this.usage.forgetUnused(minute);
    const limits = routes.map((route) => ({ id: route.id, ...limitsOf(route) }));
    for (const { id, upstreamMax } of limits) this.#route(id).upstreamMax = upstreamMax ?? null;
    for (const meter of this.routes.values()) meter.pool = [];
    for (const { id, forward } of routes) {
      if (forward.pool !== undefined) this.#route(id).pool = forward.upstreams.map((upstream) => upstream.id);
    }
    this.ceilings = {
      ratePerMinute: limits.find(({ ratePerMinute }) => ratePerMinute !== undefined)?.ratePerMinute ?? null,
      downstreamMax: limits.find(({ downstreamMax }) => downstreamMax !== undefined)?.downstreamMax ?? null,
    };
  }

  /** Counts how a reload ended. */
  reloaded(result: ReloadResult): void {
    const at = this.#clock.now();
    this.reloads[result]++;
    this.lastReload = { result, at };
    if (result === "success") this.lastGoodConfigAt = at;
  }

  admitted(record: CountedRoute): void {
    this.#addInflight(this.#routeOf(record), 1, this.#clock.now());
  }

  streaming(record: CountedRoute): void {
    this.#routeOf(record).streams++;
  }

  webSocket(record: CountedRoute): void {
    this.#routeOf(record).webSockets++;
  }

  attempted(record: CountedUpstream, attempt: EndedAttempt, retried: boolean): void {
    const meter = this.#routeOf(record);
    meter.countAttempt(attempt, retried, minuteOf(this.#clock.now()));
    // The last attempt is observed when the exchange ends, since a client can end it, too.
    if (retried) meter.upstream(record.upstream?.host ?? "", durationResult(attempt)).observe(attempt.ms);
  }

  ended(record: CountedExchange): void {
    // Probes and the dashboard request built-in endpoints all the time. Counting these would hide the other requests.
    if (record.builtIn) return;
    const now = this.#clock.now();
    const { outcome, status } = record;
    const meter = this.#routeOf(record);
    if (record.admitted) this.#addInflight(meter, -1, now);
    if (record.streaming) meter.streams--;
    if (record.webSocket) meter.webSockets--;
    const ms = record.endedAt - record.startedAt;
    meter.count(record.method, outcome, status).observe(ms);
    const result = resultOf(record);
    const ttfbMs = this.#countUpstream(record, meter);
    if (outcome === "client_closed") meter.countAbort(abortPhase(record));
    this.#countEnd(now, meter, result);
    if (record.client !== undefined) this.clients.count(record.client, minuteOf(now), result);
    // A WebSocket lasts as long as its client wants, and would hide how long the requests take.
    if (ttfbMs !== undefined && !record.webSocket)
      for (const series of this.#series) series.addDurations(now, ms, ttfbMs);
  }

  metered(record: UsedExchange, usage: CountedUsage): void {
    const minute = minuteOf(this.#clock.now());
    const amounts = amountsOf(record, usage);
    const meter = this.#routeOf(record);
    meter.countUsage(minute, amounts);
    if (record.client !== undefined) this.clients.countUsage(record.client, minute, amounts);
    const labels = { routeId: meter.id, client: record.client?.label ?? "", model: usage.modelLabel };
    this.usage.count(labels, usage, amounts, minute);
  }

  unparsed({ outcome, status }: Pick<UnparsedRequest, "outcome" | "status">): void {
    const meter = this.#route(UNMATCHED);
    meter.count("OTHER", outcome, status);
    this.#countEnd(this.#clock.now(), meter, resultOf({ outcome, status, upstreamAnswered: false }));
  }

  /** Takes exchanges that will never end off the figures of those in progress: the process that had them is gone. */
  lost(routeId: string, { inflight, streams, webSockets }: InProgress): void {
    const meter = this.#route(routeId);
    if (inflight > 0) this.#addInflight(meter, -inflight, this.#clock.now());
    meter.streams -= streams;
    meter.webSockets -= webSockets;
  }

  /** Counts how long the upstream took. @returns ms to the response head; `undefined` if the upstream sent none */
  #countUpstream(record: CountedExchange, meter: RouteMeter): number | undefined {
    if (record.sentAt === undefined || !lastAttemptCounts(record)) return undefined;
    const ttfbMs =
      record.upstreamAnswered && record.headAt !== undefined ? record.headAt - record.startedAt : undefined;
    meter
      .upstream(record.upstream?.host ?? "", ttfbMs === undefined ? record.outcome : "success")
      .observe((record.headAt ?? record.endedAt) - record.sentAt);
    if (ttfbMs !== undefined) meter.observeTtfb(ttfbMs);
    return ttfbMs;
  }

  #countEnd(now: number, meter: RouteMeter, result: Result): void {
    const minute = minuteOf(now);
    meter.countEnd(minute, result);
    const { minutes, quarter } = this.#counterOf(result);
    minutes.add(minute);
    quarter.add(shortStepOf(now));
    for (const series of this.#series) series.count(now, result.class);
  }

  #counterOf(result: Result): ResultCounter {
    let counter = this.results.get(result);
    if (counter === undefined) {
      counter = { result, minutes: new CountRing(), quarter: new SlidingCount(SHORT_STEPS) };
      this.results.set(result, counter);
    }
    return counter;
  }

  #addInflight(meter: RouteMeter, change: number, now: number): void {
    const minute = minuteOf(now);
    this.#inflight += change;
    meter.addInflight(change, minute);
    this.#peaks.set(minute, this.#inflight);
    for (const series of this.#series) series.setInflight(now, this.#inflight);
  }

  #routeOf(record: CountedRoute): RouteMeter {
    return this.#route(record.route?.id ?? UNMATCHED);
  }

  #route(id: string): RouteMeter {
    let meter = this.routes.get(id);
    if (meter === undefined) {
      meter = new RouteMeter(id);
      this.routes.set(id, meter);
    }
    return meter;
  }
}

export function minuteOf(now: number): number {
  return Math.floor(now / MINUTE_MS);
}

/** The number of a step of the last quarter of an hour, counted from the epoch. */
export function shortStepOf(now: number): number {
  return Math.floor(now / SHORT_STEP_MS);
}

/** The outcome that an exchange would have if it ended with such an attempt. */
const OUTCOMES: Readonly<Partial<Record<AttemptResult, Outcome>>> = {
  connect_error: "upstream_connect_error",
  timeout: "upstream_timeout",
  first_byte_timeout: "upstream_timeout",
};

/** The result of an attempt in the metric of durations: `success` for each response head, whatever its status; else an outcome. */
function durationResult({ result, status }: EndedAttempt): Outcome {
  return status === undefined ? (OUTCOMES[result] ?? "upstream_request_failed") : "success";
}

function abortPhase(record: CountedExchange): AbortPhase {
  if (record.headAt !== undefined) return "body";
  return record.sentAt === undefined ? "queue" : "head";
}
