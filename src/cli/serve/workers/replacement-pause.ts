// Says how long to wait before a worker that has ended is replaced: longer each time, unless it had run for a while.

export interface ReplacementTimes {
  /** The first pause, ms. Each further one is twice as long. */
  readonly firstMs: number;
  /** The longest pause, ms. */
  readonly longestMs: number;
  /** After a worker that ran for this time, the pauses begin anew, ms. */
  readonly steadyMs: number;
}

export const REPLACEMENT_TIMES: ReplacementTimes = { firstMs: 100, longestMs: 30_000, steadyMs: 60_000 };

/** The pauses between the workers that follow each other in one place. */
export class ReplacementPause {
  readonly #times: ReplacementTimes;
  #next: number;

  constructor(times: ReplacementTimes) {
    this.#times = times;
    this.#next = times.firstMs;
  }

  /** The pause after a worker. @param ranMs how long it ran, ms */
  after(ranMs: number): number {
    const { firstMs, longestMs, steadyMs } = this.#times;
    const pause = ranMs >= steadyMs ? firstMs : this.#next;
    this.#next = Math.min(2 * pause, longestMs);
    return pause;
  }
}
