// Finds the ends of lines in a stream that may end them with `\n`, `\r\n` or `\r`, and mix these.

const LF = 0x0a;
const CR = 0x0d;

export class LineEnds {
  /** The next of each in the chunk. It is searched for only when it was passed, so that no part of a chunk is searched twice. */
  #lf = -1;
  #cr = -1;
  /** The last line ended with `\r` at the end of a chunk: a `\n` that follows belongs to it. */
  #afterCr = false;

  /** Begins a new chunk. @returns the index of its first byte that is no part of an earlier line's end */
  begin(chunk: Buffer): number {
    this.#lf = -1;
    this.#cr = -1;
    if (!this.#afterCr || chunk.length === 0) return 0;
    this.#afterCr = false;
    return chunk[0] === LF ? 1 : 0;
  }

  /**
   * Passes over empty lines, whatever their ends.
   * @param at where a line begins, and where no matter how many empty lines come
   */
  passEmpty(chunk: Buffer, from: number): number {
    let at = from;
    while (chunk[at] === LF || chunk[at] === CR) at++;
    return at;
  }

  /** The index of the first end of a line from an index on; the chunk's length when there is none. */
  next(chunk: Buffer, at: number): number {
    if (this.#lf < at) this.#lf = indexOrEnd(chunk, LF, at);
    if (this.#cr < at) this.#cr = indexOrEnd(chunk, CR, at);
    return Math.min(this.#lf, this.#cr);
  }

  /** The index behind the end of a line that `next` found. */
  behind(chunk: Buffer, end: number): number {
    const at = end + 1;
    if (end !== this.#cr) return at;
    if (at === chunk.length) this.#afterCr = true;
    return chunk[at] === LF ? at + 1 : at;
  }
}

function indexOrEnd(chunk: Buffer, byte: number, from: number): number {
  const found = chunk.indexOf(byte, from);
  return found === -1 ? chunk.length : found;
}
