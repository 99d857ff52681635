// Counts events in the last hour and in the last day, exact to the minute.
// Memory is constant: one slot a minute, and two running sums.

const HOUR = 60;
const DAY = 24 * HOUR;

/**
 * Minutes are whole minutes since the epoch. "The last hour" is the current minute and the 59 before it; "the last day" is
 * counted in the same way.
 */
export class CountRing {
  readonly #slots = new Uint32Array(DAY);
  #minute = 0;
  #hourSum = 0;
  #daySum = 0;

  add(minute: number): void {
    this.#advance(minute);
    const slot = this.#minute % DAY;
    this.#slots[slot] = (this.#slots[slot] as number) + 1;
    this.#hourSum++;
    this.#daySum++;
  }

  lastHour(minute: number): number {
    this.#advance(minute);
    return this.#hourSum;
  }

  lastDay(minute: number): number {
    this.#advance(minute);
    return this.#daySum;
  }

  /** Moves on to a later minute. If the clock was set back, the current minute lasts until the clock has caught up. */
  #advance(to: number): void {
    if (to <= this.#minute) return;
    if (to - this.#minute >= DAY) {
      this.#slots.fill(0);
      this.#hourSum = 0;
      this.#daySum = 0;
      this.#minute = to;
      return;
    }
    while (this.#minute < to) {
      this.#minute++;
      const slot = this.#minute % DAY;
      this.#daySum -= this.#slots[slot] as number;
      this.#slots[slot] = 0;
      this.#hourSum -= this.#slots[(this.#minute - HOUR) % DAY] as number;
    }
  }
}
