// Adds up several amounts over the last steps of time, such as the tokens of the last 60 minutes.
// Memory is constant: one row of slots a step, and running sums.

/** Amounts are whole numbers below 2^53 in sum, so that they are exact however often they are added and taken off. */
export class SlidingSums {
  readonly #steps: number;
  readonly #columns: number;
  readonly #slots: Float64Array;
  readonly #sums: Float64Array;
  #step = 0;

  /**
   * @param steps how many steps are counted, the current one included
   * @param columns how many amounts there are
   */
  constructor(steps: number, columns: number) {
    this.#steps = steps;
    this.#columns = columns;
    this.#slots = new Float64Array(steps * columns);
    this.#sums = new Float64Array(columns);
  }

  /** @param step the number of the current step, counted from the epoch @param amounts one for each column */
  add(step: number, amounts: readonly number[]): void {
    this.#advance(step);
    const row = (this.#step % this.#steps) * this.#columns;
    for (let column = 0; column < this.#columns; column++) {
      const amount = amounts[column] as number;
      this.#slots[row + column] = (this.#slots[row + column] as number) + amount;
      this.#sums[column] = (this.#sums[column] as number) + amount;
    }
  }

  /** The sums of the last steps, one for each column. They change with the next call. */
  sums(step: number): Float64Array {
    this.#advance(step);
    return this.#sums;
  }

  /** Moves on to a later step. If the clock was set back, the current step lasts until the clock has caught up. */
  #advance(to: number): void {
    if (to <= this.#step) return;
    const from = Math.max(this.#step, to - this.#steps);
    for (let step = from + 1; step <= to; step++) {
      const row = (step % this.#steps) * this.#columns;
      for (let column = 0; column < this.#columns; column++) {
        this.#sums[column] = (this.#sums[column] as number) - (this.#slots[row + column] as number);
        this.#slots[row + column] = 0;
      }
    }
    this.#step = to;
  }
}
