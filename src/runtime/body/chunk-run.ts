// Finds whole chunks of a body (RFC 9112, section 7.1) in the bytes of a connection, so that they can go on as they came.

const CR = 0x0d;
const LF = 0x0a;

/** A size of more digits could be more than what is here in years. */
const MAX_DIGITS = 7;

/** Chunks, one behind the other, each of them whole and in its plain form. */
export interface ChunkRun {
  /** With their sizes and line ends. */
  readonly raw: Buffer;
  /** How long their data is. */
  readonly bytes: number;
}

/** A part of a body: bytes of it, or chunks that hold them. */
export type Piece = Buffer | ChunkRun;

export function isRun(piece: Piece): piece is ChunkRun {
  return "raw" in piece;
}

/** How many bytes of the body there are. */
export function lengthOf(pieces: readonly Piece[]): number {
  let bytes = 0;
  for (const piece of pieces) bytes += isRun(piece) ? piece.bytes : piece.length;
  return bytes;
}

/** The data of the chunks. That of a single chunk is not copied. */
export function dataOf({ raw, bytes }: ChunkRun): Buffer {
  const follower = new ChunkFollower();
  const first = follower.follow(raw, 0);
  if (first === raw.length) return raw.subarray(first - 2 - bytes, first - 2);
  const data = Buffer.allocUnsafe(bytes);
  let filled = 0;
  for (let at = first; ; at = follower.follow(raw, at)) {
    const end = at - 2;
    raw.copy(data, filled, end - follower.size, end);
    filled += follower.size;
    if (at === raw.length) return data;
  }
}

/** Where in a chunk the next byte belongs. */
type Place = "size" | "size line end" | "data" | "data line end" | "data line feed";

/**
 * Follows the bytes of a chunked body from chunk to chunk. It knows chunks in their plain form only: a size without zeros before it,
 * no extension, lines that end with CR LF. At anything else, and at the last chunk, it is lost.
 */
export class ChunkFollower {
  /** The size of the chunk that was read last, or is being read. */
  size = 0;
  #place: Place = "size";
  #digits = 0;
  #left = 0;
  #lost = false;

  /** It stands between two chunks. */
  get isBetween(): boolean {
    return this.#place === "size" && this.#digits === 0 && !this.#lost;
  }

  get isLost(): boolean {
    return this.#lost;
  }

  /** Follows the bytes from a position to the end of the chunk there. @returns the position behind what it followed */
  follow(bytes: Buffer, from: number): number {
    if (this.isBetween) {
      const end = this.#wholeChunk(bytes, from);
      if (end !== undefined) return end;
    }
    let at = from;
    while (at < bytes.length && !this.#lost) {
      if (this.#place === "data") {
        const step = Math.min(this.#left, bytes.length - at);
        this.#left -= step;
        at += step;
        if (this.#left === 0) this.#place = "data line end";
        continue;
      }
      if (this.#take(bytes[at++] as number)) return at;
    }
    return at;
  }

  /** The end of the chunk that begins here, if all of it is here. Nearly all chunks are found by this, and at the lowest cost. */
  #wholeChunk(bytes: Buffer, from: number): number | undefined {
    let size = 0;
    let at = from;
    for (; at < from + MAX_DIGITS; at++) {
      const digit = hexDigit(bytes[at] ?? CR);
      if (digit === undefined) break;
      size = size * 16 + digit;
      // As in `#takeSize`.
      if (size === 0) return undefined;
    }
    const end = at + 2 + size;
    const isWhole = at > from && bytes[at] === CR && bytes[at + 1] === LF && bytes[end] === CR && bytes[end + 1] === LF;
    if (!isWhole) return undefined;
    this.size = size;
    return end + 2;
  }

  /** Takes a byte that is not data. @returns whether it is the last one of the chunk */
  #take(byte: number): boolean {
    switch (this.#place) {
      case "size":
        this.#takeSize(byte);
        return false;
      case "size line end":
        this.#expect(byte, LF, "data");
        this.#left = this.size;
        return false;
      case "data line end":
        this.#expect(byte, CR, "data line feed");
        return false;
      default:
        this.#expect(byte, LF, "size");
        this.#digits = 0;
        return !this.#lost;
    }
  }

  #takeSize(byte: number): void {
    const digit = hexDigit(byte);
    if (digit !== undefined) {
      this.size = this.#digits === 0 ? digit : this.size * 16 + digit;
      this.#digits++;
      // A size that begins with 0 is that of the last chunk, or has zeros before it.
      this.#lost = this.#digits > MAX_DIGITS || this.size === 0;
    } else if (this.#digits > 0) this.#expect(byte, CR, "size line end");
    else this.#lost = true;
  }

  #expect(byte: number, expected: number, next: Place): void {
    if (byte === expected) this.#place = next;
    else this.#lost = true;
  }
}

function hexDigit(byte: number): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : undefined;
}
