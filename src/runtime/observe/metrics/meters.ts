// What does the gateway count? Every exchange once, at its end, and what is in flight between. Read by the summary and by Prometheus.

import type { Blueprint } from "../../../plan/blueprint.ts";
import type { Client, Outcome } from "../../../plan/exchange.ts";
import type { Clock } from "../../clock.ts";
import type { LiveExchange } from "../../exchange/exchange.ts";
import type { Observer, ReloadResult, UnparsedRequest } from "../../exchange/observer.ts";
import { isError, type ResultClass, resultClassOf } from "../result-class.ts";
import { CountRing } from "./count-ring.ts";
import { PeakRing } from "./peak-ring.ts";
import { type AbortPhase, RouteMeter } from "./route-meter.ts";
import { Series } from "./series.ts";

/** Requests that no route took are counted under this one. */
export const UNMATCHED = "__unmatched__";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** Limits of the whole gateway, as the plan of the moment has them. */
export interface Ceilings {
  readonly ratePerMinute: number | null;
  readonly downstreamMax: number | null;
}

export interface ClientMeter {
  readonly label: string;
  readonly requests: CountRing;
  readonly errors: CountRing;
}

export class Meters implements Observer {
  readonly startedAt: number;
  readonly routes = new Map<string, RouteMeter>();
  readonly clients = new Map<string, ClientMeter>();
  readonly outcomes = new Map<Outcome, CountRing>();
  readonly requests = new CountRing();
  readonly hour = new Series(MINUTE_MS, 60);
  readonly day = new Series(15 * MINUTE_MS, 96);
  readonly reloads: Record<ReloadResult, number> = { success: 0, failure: 0 };
  /** The last reload's result and time, ms since the epoch. */
  lastReload: { readonly result: ReloadResult; readonly at: number } | undefined = undefined;
  /** When a config last began to be served, ms since the epoch. */
  lastGoodConfigAt: number;
  ceilings: Ceilings = { ratePerMinute: null, downstreamMax: null };
  readonly #peaks = new PeakRing(DAY_MINUTES);
  readonly #clock: Clock;
  #inflight = 0;

  constructor(blueprint: Blueprint, clock: Clock) {
    this.#clock = clock;
    this.startedAt = clock.now();
    this.lastGoodConfigAt = this.startedAt;
    this.adopt(blueprint);
  }

  /** What is in flight in the whole gateway. */
  get inflight(): number {
    return this.#inflight;
  }

  /** The most that was in flight at one time in the last day. */
  inflightPeak(minute: number): number {
    return this.#peaks.peak(minute);
  }

  /** Takes over what another plan says. Routes it no longer has are kept while there is something to tell of them. */
  adopt({ routes }: Blueprint): void {
    const minute = minuteOf(this.#clock.now());
    const ids = new Set(routes.map(({ id }) => id));
    for (const [id, meter] of this.routes) {
      if (!ids.has(id) && meter.inflight === 0 && meter.row(minute).requests_24h === 0) this.routes.delete(id);
    }
    for (const [id, { requests }] of this.clients) if (requests.lastDay(minute) === 0) this.clients.delete(id);
    for (const { id, forward, steps } of routes) {
      const meter = this.#route(id);
      meter.host = forward.target.host;
      meter.upstreamMax = steps.find((step) => step.kind === "upstreamInflight")?.spec.max ?? null;
    }
    const steps = routes.flatMap((route) => route.steps);
    this.ceilings = {
      ratePerMinute: steps.find((step) => step.kind === "rateLimit")?.spec.perMinute ?? null,
      downstreamMax: steps.find((step) => step.kind === "downstreamInflight")?.spec.max ?? null,
    };
  }

  /** A reload was tried. */
  reloaded(result: ReloadResult): void {
    const at = this.#clock.now();
    this.reloads[result]++;
    this.lastReload = { result, at };
    if (result === "success") this.lastGoodConfigAt = at;
  }

  admitted(x: LiveExchange): void {
    this.#addInflight(this.#routeOf(x), 1, this.#clock.now());
  }

  sending(): void {}

  streaming(x: LiveExchange): void {
    this.#routeOf(x).streams++;
  }

  retrying(x: LiveExchange, reason: string): void {
    this.#routeOf(x).countRetry(reason);
  }

  ended(x: LiveExchange): void {
    // Our own endpoints are asked by probes and by the page itself: they would drown the rest.
    if (x.own) return;
    const now = this.#clock.now();
    const { outcome, status } = x;
    const meter = this.#routeOf(x);
    if (x.admitted) this.#addInflight(meter, -1, now);
    if (x.streaming) meter.streams--;
    const ms = x.endedAt - x.startedAt;
    meter.count(x.method, outcome, status).observe(ms);
    const ending = resultClassOf(outcome, status);
    const ttfbMs = this.#upstreamSide(x, meter);
    if (ending === "client_closed") meter.countAbort(abortPhase(x));
    this.#ring(now, meter, ending, outcome);
    if (x.client !== undefined) this.#countClient(x.client, minuteOf(now), ending);
    this.hour.add(now, ending, ms, ttfbMs);
    this.day.add(now, ending, ms, ttfbMs);
  }

  unread({ outcome, status }: UnparsedRequest): void {
    const now = this.#clock.now();
    const meter = this.#route(UNMATCHED);
    const ending = resultClassOf(outcome, status);
    meter.count("OTHER", outcome, status);
    this.#ring(now, meter, ending, outcome);
    this.hour.count(now, ending);
    this.day.count(now, ending);
  }

  /** @returns ms to the head, when it was the upstream's */
  #upstreamSide(x: LiveExchange, meter: RouteMeter): number | undefined {
    if (x.sentAt === undefined) return undefined;
    const ttfbMs = x.upstreamAnswered && x.headAt !== undefined ? x.headAt - x.startedAt : undefined;
    meter.upstream(ttfbMs === undefined ? x.outcome : "success").observe((x.headAt ?? x.endedAt) - x.sentAt);
    if (ttfbMs !== undefined) meter.observeTtfb(ttfbMs);
    return ttfbMs;
  }

  #ring(now: number, meter: RouteMeter, ending: ResultClass, outcome: Outcome): void {
    const minute = minuteOf(now);
    meter.countEnd(minute, ending);
    this.requests.add(minute);
    let ring = this.outcomes.get(outcome);
    if (ring === undefined) {
      ring = new CountRing();
      this.outcomes.set(outcome, ring);
    }
    ring.add(minute);
  }

  #countClient({ id, label }: Client, minute: number, ending: ResultClass): void {
    let client = this.clients.get(id);
    if (client === undefined) {
      client = { label, requests: new CountRing(), errors: new CountRing() };
      this.clients.set(id, client);
    }
    client.requests.add(minute);
    if (isError(ending)) client.errors.add(minute);
  }

  #addInflight(meter: RouteMeter, change: 1 | -1, now: number): void {
    const minute = minuteOf(now);
    this.#inflight += change;
    meter.addInflight(change, minute);
    this.#peaks.set(minute, this.#inflight);
    this.hour.setInflight(now, this.#inflight);
    this.day.setInflight(now, this.#inflight);
  }

  #routeOf(x: LiveExchange): RouteMeter {
    return this.#route(x.route?.id ?? UNMATCHED);
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

function abortPhase(x: LiveExchange): AbortPhase {
  if (x.headAt !== undefined) return "body";
  return x.sentAt === undefined ? "queue" : "head";
}
