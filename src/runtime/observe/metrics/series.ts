// What did the whole gateway do, step by step? The columns behind a chart, each a ring of its own length.

import type { ResultClass } from "../result-class.ts";
import { DurationHistogramRing } from "./duration-ring.ts";
import { PeakRing } from "./peak-ring.ts";

/** As `{path}/summary` shows it: parallel arrays, oldest first, the last is the running step. */
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
}

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

  /** Counts one exchange at its end. @param ms how long it took. @param ttfbMs till its upstream's head, if that came */
  add(now: number, ending: ResultClass, ms: number, ttfbMs: number | undefined): void {
    const slot = this.#slotAt(now);
    this.#latency.add(slot, ms);
    if (ttfbMs !== undefined) this.#ttfb.add(slot, ttfbMs);
    this.count(now, ending);
  }

  /** Counts one that took no time worth telling: it was never read whole. */
  count(now: number, ending: ResultClass): void {
    const slot = this.#slotAt(now);
    bump(this.#requests, slot);
    if (ending === "client_error") bump(this.#clientErrors, slot);
    else if (ending === "server_error") bump(this.#serverErrors, slot);
    else if (ending === "client_closed") bump(this.#clientClosed, slot);
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
    };
  }

  /** The running step's slot, those that went by emptied. A clock that was set back is waited for. */
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

function bump(counts: Uint32Array, slot: number): void {
  counts[slot] = (counts[slot] as number) + 1;
}
