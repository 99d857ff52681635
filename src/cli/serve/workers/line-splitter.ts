// Splits the bytes of a worker's output into whole lines.

const LINE_FEED = 0x0a;
/** A longer line is dropped, so that output without a line feed can't fill the memory. Bytes. */
const MAX_LINE = 1024 * 1024;

/** Takes bytes as they come, and gives whole lines, without their line feeds. */
export class LineSplitter {
  /** The part of a line that has come so far. */
  #rest: Buffer[] = [];
  #held = 0;
  /** The line that is coming is too long: the rest of it is dropped. */
  #dropping = false;

  /** @returns the lines that have become whole */
  push(bytes: Buffer): readonly string[] {
    const last = bytes.lastIndexOf(LINE_FEED);
    if (last === -1) {
      this.#keep(bytes);
      return [];
    }
    const whole = Buffer.concat([...this.#rest, bytes.subarray(0, last)]).toString();
    const lines = whole.split("\n");
    if (this.#dropping) lines.shift();
    this.#rest = [];
    this.#held = 0;
    this.#dropping = false;
    this.#keep(bytes.subarray(last + 1));
    return lines;
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0 || this.#dropping) return;
    this.#held += bytes.length;
    this.#rest.push(bytes);
    if (this.#held <= MAX_LINE) return;
    this.#rest = [];
    this.#dropping = true;
  }
}
