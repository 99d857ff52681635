// Keeps the time series behind one chart: counts, peaks and percentiles of the whole gateway for each of the last steps.

import type { ResultClass } from "../result.ts";
import { DurationHistogramRing } from "./duration-histogram-ring.ts";
import { PeakRing } from "./peak-ring.ts";

/** As `{path}/summary` shows it: parallel arrays, the oldest step first, the current step last. */
export interface SeriesData {
  readonly step_seconds: number;
  readonly start_unix_ms: number;
  readonly requests: number[];
  readonly client_errors: number[];
  readonly server_errors: number[];
  readonly client_closed: number[];
  readonly inflight_peak: number[];
  readonly latency_p50_ms: (number | null)[];
  readonly latency_p95_ms: (number | null)[];
  readonly ttfb_p50_ms: (number | null)[];
  readonly ttfb_p95_ms: (number | null)[];
  /** The percentiles of all steps together. */
  readonly overall: Readonly<Record<PercentileName, number | null>>;
}

type PercentileName = "latency_p50_ms" | "latency_p95_ms" | "ttfb_p50_ms" | "ttfb_p95_ms";

export class Series {
  readonly #stepMs: number;
  readonly #points: number;
  readonly #requests: Uint32Array;
  readonly #clientErrors: Uint32Array;
  readonly #serverErrors: Uint32Array;
  readonly #clientClosed: Uint32Array;
  readonly #latency: DurationHistogramRing;
  readonly #ttfb: DurationHistogramRing;
  readonly #inflight: PeakRing;
  #step = 0;

  /**
   * @param stepMs the length of a time step, ms
   * @param points the number of steps to keep
   */
  constructor(stepMs: number, points: number) {
    this.#stepMs = stepMs;
    this.#points = points;
    this.#requests = new Uint32Array(points);
    this.#clientErrors = new Uint32Array(points);
    this.#serverErrors = new Uint32Array(points);
    this.#clientClosed = new Uint32Array(points);
    this.#latency = new DurationHistogramRing(points);
    this.#ttfb = new DurationHistogramRing(points);
    this.#inflight = new PeakRing(points);
  }

  /** @param now ms since the epoch */
  setInflight(now: number, current: number): void {
    this.#inflight.set(Math.floor(now / this.#stepMs), current);
  }

  /**
   * Adds the durations of an exchange that the upstream answered. Refusals of the gateway are left out: they take no time, and
   * many of them would make the upstream look fast.
   * @param now ms since the epoch
   * @param ms how long the exchange took
   * @param ttfbMs the time to the upstream's response headers
   */
  addDurations(now: number, ms: number, ttfbMs: number): void {
    const slot = this.#slotAt(now);
    this.#latency.add(slot, ms);
    this.#ttfb.add(slot, ttfbMs);
  }

  /** Counts one exchange at its end. @param now ms since the epoch */
  count(now: number, result: ResultClass): void {
    const slot = this.#slotAt(now);
    increment(this.#requests, slot);
    if (result === "client_error") increment(this.#clientErrors, slot);
    else if (result === "server_error") increment(this.#serverErrors, slot);
    else if (result === "client_closed") increment(this.#clientClosed, slot);
  }

  data(now: number): SeriesData {
    const slot = this.#slotAt(now);
    const slots = Array.from({ length: this.#points }, (_, i) => (slot + 1 + i) % this.#points);
    const column = (counts: Uint32Array) => slots.map((at) => counts[at] as number);
    const quantiles = (durations: DurationHistogramRing, share: number) =>
      slots.map((at) => durations.quantile(at, share));
    return {
      step_seconds: this.#stepMs / 1000,
      start_unix_ms: (this.#step - this.#points + 1) * this.#stepMs,
      requests: column(this.#requests),
      client_errors: column(this.#clientErrors),
      server_errors: column(this.#serverErrors),
      client_closed: column(this.#clientClosed),
      inflight_peak: this.#inflight.peaks(this.#step),
      latency_p50_ms: quantiles(this.#latency, 0.5),
      latency_p95_ms: quantiles(this.#latency, 0.95),
      ttfb_p50_ms: quantiles(this.#ttfb, 0.5),
      ttfb_p95_ms: quantiles(this.#ttfb, 0.95),
      overall: {
        latency_p50_ms: this.#latency.overall(0.5),
        latency_p95_ms: this.#latency.overall(0.95),
        ttfb_p50_ms: this.#ttfb.overall(0.5),
        ttfb_p95_ms: this.#ttfb.overall(0.95),
      },
    };
  }

  /** Empties the slots of steps that passed. If the clock was set back, the current step lasts until it has caught up. */
  #slotAt(now: number): number {
    const step = Math.floor(now / this.#stepMs);
    const from = Math.max(this.#step, step - this.#points);
    for (let passed = from + 1; passed <= step; passed++) this.#clear(passed % this.#points);
    this.#step = Math.max(this.#step, step);
    return this.#step % this.#points;
  }

  #clear(slot: number): void {
    for (const column of [this.#requests, this.#clientErrors, this.#serverErrors, this.#clientClosed]) column[slot] = 0;
    this.#latency.clear(slot);
    this.#ttfb.clear(slot);
  }
}

function increment(counts: Uint32Array, slot: number): void {
  counts[slot] = (counts[slot] as number) + 1;
}
