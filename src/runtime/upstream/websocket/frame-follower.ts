// Follows the frames of one direction of a WebSocket while their bytes pass (RFC 6455, section 5.2): where a frame ends, and whether
// a close frame has passed. It keeps nothing of them.

const CLOSE = 0x8;

/** The first two bytes of a header. */
const FIXED = 2;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASK_KEY = 4;

export class FrameFollower {
  /** Bytes of the header that were read. */
  #read = 0;
  /** Bytes of the header, in all, once `FIXED` were read. */
  #headerLength = FIXED;
  /** The end of the bytes that tell the length. */
  #lengthEnd = FIXED;
  #opcode = 0;
  /** Bytes of the payload that are still to come. */
  #left = 0;
  #closed = false;

  /** The next byte begins a frame. */
  get atBoundary(): boolean {
    return this.#read === 0;
  }

  /** A whole close frame has passed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Takes the next bytes. */
  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) at = this.#next(bytes, at);
  }

  /**
   * Takes the next bytes up to the end of the frame that they belong to.
   * @returns how many were taken: 0 if a frame has just ended
   */
  pushToBoundary(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length && !this.atBoundary) at = this.#next(bytes, at);
    return at;
  }

  /** Takes a byte of a header, or what there is of a payload. @returns where to go on */
  #next(bytes: Buffer, at: number): number {
    if (this.#read === this.#headerLength && this.#read >= FIXED) {
      const taken = Math.min(this.#left, bytes.length - at);
      this.#left -= taken;
      if (this.#left === 0) this.#end();
      return at + taken;
    }
    this.#readHeader(bytes[at] as number);
    if (this.#read >= FIXED && this.#read === this.#headerLength && this.#left === 0) this.#end();
    return at + 1;
  }

  #readHeader(byte: number): void {
    const index = this.#read++;
    if (index === 0) {
      this.#opcode = byte & 0x0f;
    } else if (index === 1) {
      const length = byte & 0x7f;
      const extended = length === LENGTH_16 ? 2 : length === LENGTH_64 ? 8 : 0;
      this.#left = extended === 0 ? length : 0;
      this.#lengthEnd = FIXED + extended;
      this.#headerLength = this.#lengthEnd + ((byte & 0x80) === 0 ? 0 : MASK_KEY);
    } else if (index < this.#lengthEnd) {
      this.#left = this.#left * 256 + byte;
    }
  }

  #end(): void {
    if (this.#opcode === CLOSE) this.#closed = true;
    this.#read = 0;
    this.#headerLength = FIXED;
  }
}
