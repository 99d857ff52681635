// Counts events in the last steps of time, such as the 90 steps of 10 seconds of the last quarter of an hour.
// Memory is constant: one slot a step, and a running sum.

export class SlidingCount {
  readonly #slots: Uint32Array;
  #step = 0;
  #sum = 0;

  /** @param slots how many steps are counted, the current one included */
  constructor(slots: number) {
    this.#slots = new Uint32Array(slots);
  }

  /** @param step the number of the current step, counted from the epoch */
  add(step: number): void {
    this.#advance(step);
    const slot = this.#step % this.#slots.length;
    this.#slots[slot] = (this.#slots[slot] as number) + 1;
    this.#sum++;
  }

  /** How many events there were in the last steps. */
  total(step: number): number {
    this.#advance(step);
    return this.#sum;
  }

  /** Moves on to a later step. If the clock was set back, the current step lasts until the clock has caught up. */
  #advance(to: number): void {
    if (to <= this.#step) return;
    const { length } = this.#slots;
    const from = Math.max(this.#step, to - length);
    for (let step = from + 1; step <= to; step++) {
      this.#sum -= this.#slots[step % length] as number;
      this.#slots[step % length] = 0;
    }
    this.#step = to;
  }
}
