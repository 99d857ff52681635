// Limits how long an upstream may take. Each exchange has one timer: for the whole request, and in an SSE stream for silence.

export class Deadlines {
  #timer: NodeJS.Timeout | undefined;
  #limitsSilence = false;
  readonly #expired: () => void;

  /** Starts the request's deadline. With http-proxy's own timeout the cause of the failure would not be known (fact F6). */
  constructor(requestTimeoutMs: number, expired: () => void) {
    this.#expired = expired;
    this.#timer = setTimeout(expired, requestTimeoutMs);
  }

  /** The response is a stream: from now on only silence counts. @param idleMs longest silence; 0 allows any */
  streaming(idleMs: number): void {
    clearTimeout(this.#timer);
    this.#limitsSilence = idleMs > 0;
    this.#timer = this.#limitsSilence ? setTimeout(this.#expired, idleMs) : undefined;
  }

  /** Restarts the limit on silence. Called when bytes were moved. */
  progress(): void {
    if (this.#limitsSilence) this.#timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
