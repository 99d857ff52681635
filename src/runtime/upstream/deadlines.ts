// How long may an upstream take? One timer per exchange: first the request's deadline, then, for SSE, the longest silence.

export class Deadlines {
  #timer: NodeJS.Timeout | undefined;
  #idle = false;
  readonly #expired: () => void;

  /** Starts the request deadline (fact F6: ours, so that its cause is known). */
  constructor(requestTimeoutMs: number, expired: () => void) {
    this.#expired = expired;
    this.#timer = setTimeout(expired, requestTimeoutMs);
  }

  /** The response is a stream: from now on only silence counts, and 0 allows any. */
  streaming(idleMs: number): void {
    clearTimeout(this.#timer);
    this.#idle = idleMs > 0;
    this.#timer = this.#idle ? setTimeout(this.#expired, idleMs) : undefined;
  }

  /** Bytes moved. */
  progress(): void {
    if (this.#idle) this.#timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
