// Deadlines with a timer each, as the simplest way to write them: what `Deadlines` is compared with.

import { performance } from "node:perf_hooks";
import type { UpstreamTimes } from "../../src/plan/forward.ts";

export class TimerDeadlines {
  #times: UpstreamTimes;
  readonly #expired: () => void;
  #timer: NodeJS.Timeout | undefined = undefined;
  #limitsSilence = false;
  #held = false;
  #streaming = false;
  /** When the whole request was first sent, or when the first attempt failed: all attempts share the time from then on. */
  #sentAt: number | undefined = undefined;

  /**
   * Starts no timer yet. With http-proxy's own timeout the cause of a failure would not be known (fact F6).
   * @param expired called when a limit is exceeded
   */
  constructor(times: UpstreamTimes, expired: () => void) {
    this.#times = times;
    this.#expired = expired;
  }

  /** A part of the request was sent, and more will follow: only silence is limited. */
  uploading(): void {
    if (this.#limitsSilence) this.progress();
    else this.#limitSilence();
  }

  /**
   * The whole request was sent: the response must be complete in time. A stream that has begun already is not limited.
   * A later attempt has what the earlier ones left of the time.
   */
  sent(): void {
    if (this.#streaming) return;
    this.#limitsSilence = false;
    this.#start(this.leftMs());
  }

  /** Another attempt shares the time. */
  get shared(): boolean {
    return this.#sentAt !== undefined;
  }

  /** What is left of the time for the response, ms. The time begins now if it has not begun. */
  leftMs(): number {
    const { requestTimeoutMs } = this.#times;
    if (this.#sentAt === undefined) {
      this.#sentAt = performance.now();
      return requestTimeoutMs;
    }
    return Math.max(0, this.#sentAt + requestTimeoutMs - performance.now());
  }

  /** Another attempt follows, maybe after a wait. @param times those of its upstream */
  restart(times: UpstreamTimes): void {
    this.stop();
    this.#times = times;
    this.#held = false;
    this.#streaming = false;
    this.#limitsSilence = false;
  }

  /** The response headers of a stream have come: from now on only silence is limited. */
  streaming(): void {
    this.#streaming = true;
    this.#limitSilence();
  }

  /** Bytes were moved: the time of silence starts again. */
  progress(): void {
    this.#held = false;
    if (this.#limitsSilence) this.#timer?.refresh();
  }

  /** The client is slower than the upstream: silence does not count until the next `progress`. */
  hold(): void {
    this.#held = true;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #limitSilence(): void {
    const { streamIdleTimeoutMs } = this.#times;
    if (streamIdleTimeoutMs === 0) return this.stop();
    this.#limitsSilence = true;
    this.#start(streamIdleTimeoutMs);
  }

  #start(ms: number): void {
    clearTimeout(this.#timer);
    // Node waits for 1 ms at least, fake timers do not.
    this.#timer = setTimeout(TimerDeadlines.#fire, Math.max(1, ms), this);
  }

  static #fire(deadlines: TimerDeadlines): void {
    if (!deadlines.#held || !deadlines.#limitsSilence) deadlines.#expired();
  }
}
