// Moves a body from one connection to the other, with back-pressure: the bytes of one socket read go on in one write.
//
// Chunks are collected as they come and passed on once per turn of the event loop. A burst of small chunks becomes one write,
// and a single chunk does not wait for another.
//
// The pump takes the chunks where Node's parser hands them over, in place of `push`. On the way through the stream's buffer and its
// events, a chunk would cost three times as much.

import type { IncomingMessage } from "node:http";
import { type ChunkRun, dataOf, isRun, lengthOf, type Piece } from "./chunk-run.ts";
import { freeBytes } from "./free-bytes.ts";

/**
 * Writes the bytes that came since the last call. In the first call there are none if no part of the body came with the head.
 * @param last whether these are the last bytes
 * @returns false when the other side is slower: the source is then paused until `resume`
 */
export type Move = (body: Buffer, last: boolean) => boolean;

/** Writes parts of a body in the form in which they came, some of them as chunks. */
export interface PieceMover {
  /** Whether chunks can go on as they are. If not, the bytes are taken out of them. */
  readonly takesChunks: boolean;
  /**
   * @param bytes how long the parts are without what delimits chunks
   * @returns as a `Move` does
   */
  movePieces(pieces: readonly Piece[], bytes: number, last: boolean): boolean;
}

const NOTHING = Buffer.alloc(0);

export class BodyPump {
  readonly #source: IncomingMessage;
  readonly #move: Move;
  #pieces: Piece[] = [];
  /** Some of the pieces are runs of chunks. */
  #hasRun = false;
  #mover: PieceMover | undefined = undefined;
  /** How many bytes are still to come; `undefined` where that is not known. */
  #left: number | undefined;
  #scheduled = true;
  #paused = false;
  #over = false;

  /**
   * Starts to read. `move` is called in this turn of the event loop, even without bytes, so that the head is sent at once.
   * @param length how many bytes the body has, where that is known: then its end is known with its last byte. Node tells it later
   */
  constructor(source: IncomingMessage, move: Move, length?: number) {
    this.#source = source;
    this.#move = move;
    this.#left = length;
    // What came before the pump.
    if (source.readableLength > 0) this.#keep(source.read());
    const { push } = source;
    source.push = (chunk: Buffer | null) => {
      if (chunk !== null) return this.#collect(chunk);
      this.#schedule();
      source.push = push;
      return push.call(source, null);
    };
    // The stream itself sees only the end.
    source.resume();
    process.nextTick(firstFlush, this);
  }

  /** Moves runs of chunks as they came, where that is possible. */
  movesRuns(mover: PieceMover): void {
    this.#mover = mover;
  }

  /** Takes chunks that passed the stream by. @returns false: nothing more should come until the stream resumes */
  take(run: ChunkRun): boolean {
    if (this.#over) return true;
    this.#hasRun = true;
    this.#pieces.push(run);
    return !this.#paused;
  }

  /** All that one read brought was taken. What there is goes on at once: no tick has to be waited for. */
  taken(): void {
    if (this.#hasRun) this.flush(false);
  }

  /** Whether a part of the body that was not moved yet lies in this memory. */
  isInUse(memory: ArrayBufferLike): boolean {
    return this.#pieces.some((piece) => (isRun(piece) ? piece.raw : piece).buffer === memory);
  }

  /** Passes nothing on until `resume`. */
  pause(): void {
    this.#paused = true;
  }

  /** Reads on. Called when the other side has caught up. */
  resume(): void {
    this.#paused = false;
    if (this.#pieces.length > 0 || this.#source.complete) this.#schedule();
    this.#readOn();
  }

  /** Moves no more bytes. Those that still come are read and dropped. */
  stop(): void {
    this.#over = true;
    this.#pieces = [];
    this.#readOn();
  }

  /** @param force also call `move` without bytes */
  flush(force: boolean): void {
    this.#scheduled = false;
    if (this.#over || this.#paused) return;
    const last = this.#left === 0 || this.#source.complete;
    if (!force && !last && this.#pieces.length === 0) return;
    if (last) this.#over = true;
    const pieces = this.#pieces;
    const hasRun = this.#hasRun;
    this.#pieces = [];
    this.#hasRun = false;
    const ready =
      hasRun && this.#mover?.takesChunks
        ? this.#mover.movePieces(pieces, lengthOf(pieces), last)
        : this.#move(joined(pieces, hasRun), last);
    if (!ready && !last) this.#paused = true;
  }

  /** @returns false: Node reads no further until `#readOn` */
  #collect(chunk: Buffer): boolean {
    if (this.#over) return true;
    this.#keep(chunk);
    this.#schedule();
    return !this.#paused;
  }

  #keep(chunk: Buffer): void {
    this.#pieces.push(chunk);
    if (this.#left !== undefined) this.#left -= chunk.length;
  }

  #schedule(): void {
    if (this.#scheduled || this.#over) return;
    this.#scheduled = true;
    process.nextTick(laterFlush, this);
  }

  /** Once a message is complete, its connection may belong to another one. */
  #readOn(): void {
    if (!this.#source.complete && !this.#source.destroyed) this.#source._read(0);
  }
}

/** @param hasRun some of the pieces are runs of chunks */
function joined(pieces: readonly Piece[], hasRun: boolean): Buffer {
  const parts = (hasRun ? pieces.map((piece) => (isRun(piece) ? dataOf(piece) : piece)) : pieces) as readonly Buffer[];
  if (parts.length === 0) return NOTHING;
  if (parts.length === 1) return parts[0] as Buffer;
  const whole = Buffer.concat(parts);
  // Only the pump had them.
  for (const part of parts) freeBytes(part);
  return whole;
}

// Plain functions for `nextTick`: a bound function for each chunk would cost more than the work it does.
function firstFlush(pump: BodyPump): void {
  pump.flush(true);
}

function laterFlush(pump: BodyPump): void {
  pump.flush(false);
}
