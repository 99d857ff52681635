// What is counted of one route? Its cells of requests, its durations, what is in flight, and the rings of the last day.

import type { Outcome } from "../../../plan/exchange.ts";
import { isError, type ResultClass } from "../result-class.ts";
import { CountRing } from "./count-ring.ts";
import { Histogram } from "./histogram.ts";
import { PeakRing } from "./peak-ring.ts";

const DAY_MINUTES = 24 * 60;
const HOUR_MINUTES = 60;

/** Methods that are labels of their own (contract, section 11); all others are one. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Where a client was left waiting when it went: for a place, for the head, for the rest of the body. */
export type AbortPhase = "queue" | "head" | "body";

/** Exchanges of one method and outcome. */
export interface Kind {
  readonly method: string;
  readonly outcome: Outcome;
  readonly duration: Histogram;
  /** By the first digit of the status; 0 is anything odd. */
  readonly byStatusClass: Float64Array;
}

export interface UpstreamCell {
  readonly host: string;
  readonly result: string;
  readonly duration: Histogram;
}

export class RouteMeter {
  readonly id: string;
  /** How many may go upstream at once: what the plan of the moment says. */
  upstreamMax: number | null = null;
  inflight = 0;
  streams = 0;
  /** Made at the first answer of its upstream: of ten thousand routes most are silent. */
  ttfb: Histogram | undefined = undefined;
  readonly aborts = new Map<AbortPhase, number>();
  readonly #kinds = new Map<string, Map<Outcome, Kind>>();
  readonly #upstreams = new Map<string, Map<string, UpstreamCell>>();
  #rings: Rings | undefined = undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** Counts one exchange of a kind. @returns where its duration belongs */
  count(method: string, outcome: Outcome, status: number): Histogram {
    const { byStatusClass, duration } = this.#kind(method, outcome);
    const statusClass = status >= 100 && status < 600 ? Math.floor(status / 100) : 0;
    byStatusClass[statusClass] = (byStatusClass[statusClass] as number) + 1;
    return duration;
  }

  kinds(): Kind[] {
    return [...this.#kinds.values()].flatMap((byOutcome) => [...byOutcome.values()]);
  }

  /** Durations of requests to an upstream, to its response head or to its failure. */
  upstream(host: string, result: string): Histogram {
    const byResult = kept(this.#upstreams, host, () => new Map<string, UpstreamCell>());
    return kept(byResult, result, () => ({ host, result, duration: new Histogram() })).duration;
  }

  upstreams(): UpstreamCell[] {
    return [...this.#upstreams.values()].flatMap((byResult) => [...byResult.values()]);
  }

  observeTtfb(ms: number): void {
    this.ttfb ??= new Histogram();
    this.ttfb.observe(ms);
  }

  addInflight(change: 1 | -1, minute: number): void {
    this.inflight += change;
    this.#ring().inflight.set(minute, this.inflight);
  }

  countEnd(minute: number, ending: ResultClass): void {
    const { requests, errors } = this.#ring();
    requests.add(minute);
    if (isError(ending)) errors.add(minute);
  }

  countAbort(phase: AbortPhase): void {
    this.aborts.set(phase, (this.aborts.get(phase) ?? 0) + 1);
  }

  /** The row of the summary, less what others know. */
  row(minute: number) {
    const rings = this.#rings;
    return {
      route_id: this.id,
      requests_1h: rings?.requests.lastHour(minute) ?? 0,
      requests_24h: rings?.requests.lastDay(minute) ?? 0,
      inflight_current: this.inflight,
      inflight_peak_1h: rings?.inflight.peak(minute, HOUR_MINUTES) ?? 0,
      inflight_peak_24h: rings?.inflight.peak(minute) ?? 0,
      errors_1h: rings?.errors.lastHour(minute) ?? 0,
      errors_24h: rings?.errors.lastDay(minute) ?? 0,
      upstream_max_inflight: this.upstreamMax,
    };
  }

  /** Made at its first exchange. */
  #kind(method: string, outcome: Outcome): Kind {
    const label = METHODS.has(method) ? method : "OTHER";
    const byOutcome = kept(this.#kinds, label, () => new Map<Outcome, Kind>());
    return kept(byOutcome, outcome, () => ({
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

/** Made at the first request. */
interface Rings {
  readonly requests: CountRing;
  readonly errors: CountRing;
  readonly inflight: PeakRing;
}

function kept<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
