// Keeps the peak of a level, such as the requests in flight, for each of the last time steps.
// If the level does not change in a step, it is the peak of that step: a stream that lasts for hours counts in every step.

export class PeakRing {
  readonly #slots: Uint32Array;
  #step = 0;
  #current = 0;

  /** @param slots the number of steps to keep */
  constructor(slots: number) {
    this.#slots = new Uint32Array(slots);
  }

  /** Sets the level from now on. @param step the number of the current step, counted from the epoch */
  set(step: number, current: number): void {
    this.#advance(step);
    this.#current = current;
    const slot = this.#step % this.#slots.length;
    if (current > (this.#slots[slot] as number)) this.#slots[slot] = current;
  }

  /** The peak of the last `count` steps, the current one included. */
  peak(step: number, count: number = this.#slots.length): number {
    this.#advance(step);
    let peak = 0;
    for (let back = 0; back < count; back++) peak = Math.max(peak, this.#back(back));
    return peak;
  }

  /** The peaks of all steps, oldest first. */
  peaks(step: number): number[] {
    this.#advance(step);
    const { length } = this.#slots;
    return Array.from({ length }, (_, i) => this.#back(length - 1 - i));
  }

  #back(steps: number): number {
    const { length } = this.#slots;
    return this.#slots[(this.#step + length - steps) % length] as number;
  }

  /**
   * Fills the steps that passed with the current level. If the clock was set back, the current step lasts until the clock
   * has caught up.
   */
  #advance(to: number): void {
    if (to <= this.#step) return;
    const { length } = this.#slots;
    if (to - this.#step >= length) this.#slots.fill(this.#current);
    else for (let step = this.#step + 1; step <= to; step++) this.#slots[step % length] = this.#current;
    this.#step = to;
  }
}
