// Knows the calls that are under way, so that the gateway can wait for them when it stops.

export class UnderWay {
  readonly #calls = new Set<Promise<unknown>>();

  /** @param call may fail */
  add(call: Promise<unknown>): void {
    this.#calls.add(call);
    const over = (): void => {
      this.#calls.delete(call);
    };
    call.then(over, over);
  }

  /** Waits until no call is under way. A call can be followed by another one. Never fails. */
  async none(): Promise<void> {
    while (this.#calls.size > 0) await Promise.allSettled(this.#calls);
  }
}
