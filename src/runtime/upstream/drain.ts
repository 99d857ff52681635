// Limits how long an upstream may go on with a response whose client has left (`on_client_abort: drain`; contract, section 13).

import type { DrainSpec } from "../../plan/usage.ts";

export class Drain {
  readonly #onOver: () => void;
  readonly #timer: NodeJS.Timeout;
  #bytesLeft: number;

  /**
   * Begins when the client has left.
   * @param onOver called once when a limit is reached, unless the drain was stopped before
   */
  constructor({ timeoutMs, maxBytes }: DrainSpec, onOver: () => void) {
    this.#onOver = onOver;
    this.#bytesLeft = maxBytes;
    this.#timer = setTimeout(onOver, timeoutMs);
  }

  /** Counts bytes of the response that came, and that more will follow. */
  take(bytes: number): void {
    if (this.#bytesLeft < 0) return;
    this.#bytesLeft -= bytes;
    if (this.#bytesLeft >= 0) return;
    this.stop();
    this.#onOver();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
