// Limits how long an exchange may take, with one timer: while the request is sent it limits silence, then the time of the
// response, and in a stream silence again (contract, section 4, "Timeouts").

import type { UpstreamTimes } from "../../plan/forward.ts";

export class Deadlines {
  readonly #spec: Pick<UpstreamTimes, "requestTimeoutMs" | "streamIdleTimeoutMs">;
  readonly #expired: () => void;
  #timer: NodeJS.Timeout | undefined = undefined;
  #limitsSilence = false;
  #held = false;
  #streaming = false;

  /**
   * Starts no timer yet. With http-proxy's own timeout the cause of a failure would not be known (fact F6).
   * @param expired called when a limit is exceeded
   */
  constructor(spec: Pick<UpstreamTimes, "requestTimeoutMs" | "streamIdleTimeoutMs">, expired: () => void) {
    this.#spec = spec;
    this.#expired = expired;
  }

  /** A part of the request was sent, and more will follow: only silence is limited. */
  uploading(): void {
    if (this.#limitsSilence) this.progress();
    else this.#limitSilence();
  }

  /** The whole request was sent: the response must be complete in time. A stream that has begun already is not limited. */
  sent(): void {
    if (this.#streaming) return;
    this.#limitsSilence = false;
    this.#start(this.#spec.requestTimeoutMs);
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
    const { streamIdleTimeoutMs } = this.#spec;
    if (streamIdleTimeoutMs === 0) return this.stop();
    this.#limitsSilence = true;
    this.#start(streamIdleTimeoutMs);
  }

  #start(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(Deadlines.#fire, ms, this);
  }

  static #fire(deadlines: Deadlines): void {
    if (!deadlines.#held || !deadlines.#limitsSilence) deadlines.#expired();
  }
}
