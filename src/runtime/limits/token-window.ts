// Counts the tokens of one client in the minutes of the clock (contract, section 12, `tokens_per_minute`).

const MINUTE_MS = 60_000;

/** More than one, so that a clock that is set back a little finds the minute that it was in before, and nothing is refunded. */
const KEPT_MINUTES = 8;

/** One minute of the clock. */
interface Minute {
  /** Reserved and settled together. */
  tokens: number;
}

export class TokenWindow {
  /** In the order in which they were first used. */
  readonly #minutes = new Map<number, Minute>();

  /** How many tokens are used or reserved in the minute of `now`, ms since the epoch. */
  used(now: number): number {
    return this.#minutes.get(minuteOf(now))?.tokens ?? 0;
  }

  /**
   * Counts tokens that are reserved.
   * @returns a function that replaces them by the tokens that were used. It changes the minute of the reservation and no other
   */
  reserve(now: number, reserved: number): (used: number) => void {
    const key = minuteOf(now);
    let minute = this.#minutes.get(key);
    if (minute === undefined) {
      minute = { tokens: 0 };
      this.#minutes.set(key, minute);
      this.#dropOldest();
    }
    const counted = minute;
    counted.tokens += reserved;
    return (used) => {
      counted.tokens += used - reserved;
    };
  }

  /** Counts tokens that were used without a reservation, if their minute is still counted. */
  charge(at: number, tokens: number): void {
    const minute = this.#minutes.get(minuteOf(at));
    if (minute !== undefined) minute.tokens += tokens;
  }

  #dropOldest(): void {
    if (this.#minutes.size <= KEPT_MINUTES) return;
    for (const oldest of this.#minutes.keys()) {
      this.#minutes.delete(oldest);
      return;
    }
  }
}

/** The whole seconds to the next minute of the clock, 1 to 60. @param now ms since the epoch */
export function secondsToNextMinute(now: number): number {
  return Math.max(1, Math.ceil(((minuteOf(now) + 1) * MINUTE_MS - now) / 1000));
}

function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}
