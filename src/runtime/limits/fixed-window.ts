// Counts each client's requests in the current minute of the clock (contract, section 5, "Rate").

const MINUTE_MS = 60_000;

/** Memory is bounded by the number of tokens. */
export class FixedWindow {
  #minute = 0;
  #counts = new Map<string, number>();

  /**
   * Counts one request of a client.
   * @param now ms since the epoch
   * @returns 0 when it is within the limit, else the whole seconds to the next minute, 1 to 60
   */
  take(client: string, limit: number, now: number): number {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#counts.clear();
    }
    const count = this.#counts.get(client) ?? 0;
    if (count >= limit) return Math.max(1, Math.ceil(((minute + 1) * MINUTE_MS - now) / 1000));
    this.#counts.set(client, count + 1);
    return 0;
  }

  /** Whether anything was counted in the current minute. @param now ms since the epoch */
  hasCounts(now: number): boolean {
    return this.#counts.size > 0 && Math.floor(now / MINUTE_MS) === this.#minute;
  }
}
