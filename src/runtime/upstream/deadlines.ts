// Limits how long an upstream may take: one timer per exchange, first for the whole request, then, for SSE, for silence.

export class Deadlines {
  #timer: NodeJS.Timeout | undefined;
  #limitsSilence = false;
  readonly #expired: () => void;

  /** Starts the request's deadline. Our own, and not http-proxy's, so that its cause is known (fact F6). */
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

  /** Bytes moved. */
  progress(): void {
    if (this.#limitsSilence) this.#timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
