// How many are under way, and is there room for one more? A count with a maximum, nothing else.

export class InflightCounter {
  #inUse = 0;
  #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get inUse(): number {
    return this.#inUse;
  }

  /** A reload changes the maximum; what is under way stays counted. */
  set max(max: number) {
    this.#max = max;
  }

  /** Takes a permit if one is free. Whoever gets one gives it back with `release`, once. */
  tryAcquire(): boolean {
    if (this.#inUse >= this.#max) return false;
    this.#inUse++;
    return true;
  }

  /** Counts one more whatever the maximum: it is under way already, and was not counted before. */
  charge(): void {
    this.#inUse++;
  }

  release(): void {
    this.#inUse--;
  }
}
