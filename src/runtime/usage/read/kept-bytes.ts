// Keeps the first bytes of something that comes in several chunks, up to a bound.

const FIRST_BYTES = 64;
const NOTHING = Buffer.alloc(0);

/** It copies what it keeps, so that no chunk is held. Its memory is used again for the next thing. */
export class KeptBytes {
  readonly #most: number;
  #bytes: Buffer = NOTHING;
  #length = 0;
  #overflowed = false;

  /** @param most the most bytes to keep */
  constructor(most: number) {
    this.#most = most;
  }

  get length(): number {
    return this.#length;
  }

  /** More came than may be kept. What there is then is of no use. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** What was kept, until the next change. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
    this.#overflowed = false;
  }

  add(chunk: Buffer, start: number, end: number): void {
    const length = this.#length + end - start;
    if (this.#overflowed || length > this.#most) {
      this.#overflowed = true;
      return;
    }
    if (length > this.#bytes.length) this.#grow(length);
    chunk.copy(this.#bytes, this.#length, start, end);
    this.#length = length;
  }

  #grow(length: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.min(this.#most, Math.max(FIRST_BYTES, 2 * length)));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
