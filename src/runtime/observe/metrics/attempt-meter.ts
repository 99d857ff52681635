// Counts the attempts of one route to send requests upstream: by upstream and result since the start, and those of the last hour.

import type { AttemptResult, EndedAttempt } from "../../exchange/record.ts";
import { SlidingCount } from "./sliding-count.ts";

const HOUR_MINUTES = 60;

/** The attempts of an hour, as the summary shows them. */
export interface HourOfAttempts {
  readonly attempts_1h: number;
  readonly failures_1h: number;
}

export const NO_ATTEMPTS: HourOfAttempts = Object.freeze({ attempts_1h: 0, failures_1h: 0 });

/** The attempts at one upstream that had one result. */
export interface AttemptCounter {
  readonly upstream: string;
  readonly result: AttemptResult;
  count: number;
}

export class AttemptMeter {
  /** How many attempts failed and were followed by another, by why they failed. */
  readonly retries = new Map<AttemptResult, number>();
  readonly #upstreams = new Map<string, UpstreamAttempts>();
  /** Created with the first retry. */
  #retriesLastHour: SlidingCount | undefined = undefined;

  count({ upstream, result }: EndedAttempt, minute: number): void {
    let attempts = this.#upstreams.get(upstream);
    if (attempts === undefined) {
      attempts = new UpstreamAttempts(upstream);
      this.#upstreams.set(upstream, attempts);
    }
    attempts.count(result, minute);
  }

  countRetry({ result }: EndedAttempt, minute: number): void {
    this.retries.set(result, (this.retries.get(result) ?? 0) + 1);
    this.#retriesLastHour ??= new SlidingCount(HOUR_MINUTES);
    this.#retriesLastHour.add(minute);
  }

  counters(): AttemptCounter[] {
    return [...this.#upstreams.values()].flatMap((attempts) => attempts.counters());
  }

  retriesLastHour(minute: number): number {
    return this.#retriesLastHour?.total(minute) ?? 0;
  }

  /** The attempts at one upstream in the last hour. */
  lastHour(upstream: string, minute: number): HourOfAttempts {
    return this.#upstreams.get(upstream)?.lastHour(minute) ?? NO_ATTEMPTS;
  }
}

class UpstreamAttempts {
  readonly #id: string;
  readonly #counters = new Map<AttemptResult, AttemptCounter>();
  readonly #attempts = new SlidingCount(HOUR_MINUTES);
  readonly #failures = new SlidingCount(HOUR_MINUTES);

  constructor(id: string) {
    this.#id = id;
  }

  count(result: AttemptResult, minute: number): void {
    let counter = this.#counters.get(result);
    if (counter === undefined) {
      counter = { upstream: this.#id, result, count: 0 };
      this.#counters.set(result, counter);
    }
    counter.count++;
    this.#attempts.add(minute);
    if (result !== "success") this.#failures.add(minute);
  }

  counters(): AttemptCounter[] {
    return [...this.#counters.values()];
  }

  lastHour(minute: number): HourOfAttempts {
    return { attempts_1h: this.#attempts.total(minute), failures_1h: this.#failures.total(minute) };
  }
}
