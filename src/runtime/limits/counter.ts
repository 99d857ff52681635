// Counts what is in flight, up to a maximum.

export class InflightCounter {
  #inUse = 0;
  #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get inUse(): number {
    return this.#inUse;
  }

  get hasRoom(): boolean {
    return this.#inUse < this.#max;
  }

  /** A reload changes the maximum. What is in flight stays counted. */
  set max(max: number) {
    this.#max = max;
  }

  /** Takes a permit if one is free. Each permit is given back once, with `release`. */
  tryAcquire(): boolean {
    if (!this.hasRoom) return false;
    this.#inUse++;
    return true;
  }

  /** Counts one more request, even above the maximum: it is in flight already, but was not counted. */
  charge(): void {
    this.#inUse++;
  }

  release(): void {
    this.#inUse--;
  }
}
