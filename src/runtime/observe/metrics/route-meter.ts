// Counts the exchanges of one route: totals and durations since the start, exchanges in flight, and the last day by minutes.

import type { Outcome } from "../../../plan/exchange.ts";
import type { EndedAttempt } from "../../exchange/record.ts";
import { isError, type Result } from "../result.ts";
import { AttemptMeter } from "./attempt-meter.ts";
import { CountRing } from "./count-ring.ts";
import { Histogram } from "./histogram.ts";
import { PeakRing } from "./peak-ring.ts";
import { type Amounts, UsageWindows } from "./usage-windows.ts";

const DAY_MINUTES = 24 * 60;
const HOUR_MINUTES = 60;

/** Methods that have a label of their own (contract, section 11). All others share one. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** What a client waited for when it disconnected: its turn in the queue, the response headers, or the rest of the body. */
export type AbortPhase = "queue" | "head" | "body";

/** Counts the exchanges with one method and outcome. */
export interface RequestCounter {
  readonly method: string;
  readonly outcome: Outcome;
  readonly duration: Histogram;
  /** By the first digit of the status; index 0 counts statuses outside 100 to 599. */
  readonly byStatusClass: Float64Array;
}

/** The durations of requests to one upstream host that had one result. */
export interface UpstreamDurations {
  readonly host: string;
  readonly result: string;
  readonly duration: Histogram;
}

export class RouteMeter {
  readonly id: string;
  /** The limit of requests to the upstream at one time, in the current plan. */
  upstreamMax: number | null = null;
  /** The ids of the upstreams of its pool in the current plan, in the config's order; empty if it has no pool. */
  pool: readonly string[] = [];
  inflight = 0;
  streams = 0;
  webSockets = 0;
  /** Created with the upstream's first response: with ten thousand routes, most are never used. */
  ttfb: Histogram | undefined = undefined;
  /** Created with the first attempt. */
  attempts: AttemptMeter | undefined = undefined;
  /** Created with the first usage record. */
  usage: UsageWindows | undefined = undefined;
  readonly aborts = new Map<AbortPhase, number>();
  readonly #requests = new Map<string, Map<Outcome, RequestCounter>>();
  readonly #upstreams = new Map<string, Map<string, UpstreamDurations>>();
  #rings: Rings | undefined = undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** Counts one exchange. @returns the histogram to which its duration belongs */
  count(method: string, outcome: Outcome, status: number): Histogram {
    const { byStatusClass, duration } = this.#counterOf(method, outcome);
    const statusClass = status >= 100 && status < 600 ? Math.floor(status / 100) : 0;
    byStatusClass[statusClass] = (byStatusClass[statusClass] as number) + 1;
    return duration;
  }

  requestCounters(): RequestCounter[] {
    return [...this.#requests.values()].flatMap((byOutcome) => [...byOutcome.values()]);
  }

  /** The histogram of requests to an upstream host that had one result. Durations end at the response head or at the failure. */
  upstream(host: string, result: string): Histogram {
    const byResult = getOrCreate(this.#upstreams, host, () => new Map<string, UpstreamDurations>());
    return getOrCreate(byResult, result, () => ({ host, result, duration: new Histogram() })).duration;
  }

  upstreams(): UpstreamDurations[] {
    return [...this.#upstreams.values()].flatMap((byResult) => [...byResult.values()]);
  }

  /** Counts an attempt that has ended. @param retried another attempt follows */
  countAttempt(attempt: EndedAttempt, retried: boolean, minute: number): void {
    this.attempts ??= new AttemptMeter();
    this.attempts.count(attempt, minute);
    if (retried) this.attempts.countRetry(attempt, minute);
  }

  observeTtfb(ms: number): void {
    this.ttfb ??= new Histogram();
    this.ttfb.observe(ms);
  }

  addInflight(change: number, minute: number): void {
    this.inflight += change;
    this.#ring().inflight.set(minute, this.inflight);
  }

  countEnd(minute: number, result: Result): void {
    const { requests, errors } = this.#ring();
    requests.add(minute);
    if (isError(result)) errors.add(minute);
  }

  /** Counts the usage of one exchange. */
  countUsage(minute: number, amounts: Amounts): void {
    this.usage ??= new UsageWindows();
    this.usage.add(minute, amounts);
  }

  countAbort(phase: AbortPhase): void {
    this.aborts.set(phase, (this.aborts.get(phase) ?? 0) + 1);
  }

  /** The route's row in the summary, without `queue_waiting` and `upstreams`, for which others are asked. */
  row(minute: number) {
    const rings = this.#rings;
    return {
      route_id: this.id,
      requests_1h: rings?.requests.lastHour(minute) ?? 0,
      requests_24h: rings?.requests.lastDay(minute) ?? 0,
      inflight_current: this.inflight,
      inflight_peak_1h: rings?.inflight.peak(minute, HOUR_MINUTES) ?? 0,
      inflight_peak_24h: rings?.inflight.peak(minute) ?? 0,
      websockets_current: this.webSockets,
      errors_1h: rings?.errors.lastHour(minute) ?? 0,
      errors_24h: rings?.errors.lastDay(minute) ?? 0,
      upstream_max_inflight: this.upstreamMax,
      retries_1h: this.attempts?.retriesLastHour(minute) ?? 0,
    };
  }

  #counterOf(method: string, outcome: Outcome): RequestCounter {
    const label = METHODS.has(method) ? method : "OTHER";
    const byOutcome = getOrCreate(this.#requests, label, () => new Map<Outcome, RequestCounter>());
    return getOrCreate(byOutcome, outcome, () => ({
      method: label,
      outcome,
      duration: new Histogram(),
      byStatusClass: new Float64Array(6),
    }));
  }

  #ring(): Rings {
    this.#rings ??= { requests: new CountRing(), errors: new CountRing(), inflight: new PeakRing(DAY_MINUTES) };
    return this.#rings;
  }
}

/** Created with the route's first request. */
interface Rings {
  readonly requests: CountRing;
  readonly errors: CountRing;
  readonly inflight: PeakRing;
}

function getOrCreate<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
