// Bounds how many coded bytes wait for their decoders: in one decoder, and in all of them together.

/** In one decoder. A fast upstream sends a large body faster than it can be decoded: twenty MB of embeddings in a few ms. */
const MAX_BYTES = 16 * 1024 * 1024;
/** So many may always wait in one decoder. So no upstream can take the room of the usual responses of another one. */
const FREE_BYTES = 1024 * 1024;
/** In all decoders of the process. */
const MAX_ALL_BYTES = 64 * 1024 * 1024;

let all = 0;

/** Counts the bytes of one decoder. */
export class WaitingBytes {
  #own = 0;

  /** Adds bytes that wait. @returns false where there is no room; then nothing was added */
  add(bytes: number): boolean {
    const own = this.#own + bytes;
    if (own > MAX_BYTES || (own > FREE_BYTES && all + bytes > MAX_ALL_BYTES)) return false;
    this.#own += bytes;
    all += bytes;
    return true;
  }

  /** These wait no longer. */
  take(bytes: number): void {
    this.#own -= bytes;
    all -= bytes;
  }

  /** None of them waits any more. */
  clear(): void {
    this.take(this.#own);
  }
}
