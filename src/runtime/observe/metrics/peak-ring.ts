// What was the most at one time, step by step? Right also when nothing happens for hours: what is under way then stays under way.

export class PeakRing {
  readonly #slots: Uint32Array;
  #step = 0;
  #current = 0;

  /** @param slots how many steps are kept */
  constructor(slots: number) {
    this.#slots = new Uint32Array(slots);
  }

  /** Says what is under way from now on. @param step number of the running step, counted from the epoch */
  set(step: number, current: number): void {
    this.#advance(step);
    this.#current = current;
    const slot = this.#step % this.#slots.length;
    if (current > (this.#slots[slot] as number)) this.#slots[slot] = current;
  }

  /** The peak of the last `count` steps, the running one included. */
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

  /** Steps that went by unseen had what was under way all along. A clock that was set back is waited for. */
  #advance(to: number): void {
    if (to <= this.#step) return;
    const { length } = this.#slots;
    if (to - this.#step >= length) this.#slots.fill(this.#current);
    else for (let step = this.#step + 1; step <= to; step++) this.#slots[step % length] = this.#current;
    this.#step = to;
  }
}
