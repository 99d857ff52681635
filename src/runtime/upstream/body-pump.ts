// Moves a body through the gateway: what one socket read brought leaves in one write, at once, with back-pressure.
//
// Chunks are collected as they come and handed over once per turn of the event loop. A burst of small chunks becomes one write,
// and a single chunk does not wait for another.

import type { IncomingMessage } from "node:http";

/**
 * Takes the bytes that came since the last call. There may be none the first time, when no body came with the head.
 * @param last nothing follows
 * @returns false when the other side is slower: the source is then paused until `resume`
 */
export type Move = (body: Buffer, last: boolean) => boolean;

const NOTHING = Buffer.alloc(0);

export class BodyPump {
  readonly #source: IncomingMessage;
  readonly #move: Move;
  #chunks: Buffer[] = [];
  #scheduled = true;
  #over = false;

  /** Starts to read. `move` is first called in this turn of the event loop, with or without bytes, so that a head never waits. */
  constructor(source: IncomingMessage, move: Move) {
    this.#source = source;
    this.#move = move;
    source.on("data", (chunk: Buffer) => this.#collect(chunk));
    source.on("end", () => this.#collect(undefined));
    process.nextTick(firstFlush, this);
  }

  /** The other side has caught up. */
  resume(): void {
    this.#source.resume();
  }

  /** Moves nothing more. What still comes is read and dropped. */
  stop(): void {
    this.#over = true;
    this.#chunks = [];
    this.#source.resume();
  }

  /** @param force also call `move` without bytes */
  flush(force: boolean): void {
    this.#scheduled = false;
    if (this.#over) return;
    const last = this.#source.complete && this.#source.readableLength === 0;
    if (!force && !last && this.#chunks.length === 0) return;
    if (last) this.#over = true;
    if (!this.#move(this.#take(), last) && !last) this.#source.pause();
  }

  #collect(chunk: Buffer | undefined): void {
    if (this.#over) return;
    if (chunk !== undefined) this.#chunks.push(chunk);
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(laterFlush, this);
  }

  #take(): Buffer {
    const chunks = this.#chunks;
    this.#chunks = [];
    if (chunks.length === 0) return NOTHING;
    return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
  }
}

// Plain functions for the ticks: a bound function per chunk would cost more than the work it does.
function firstFlush(pump: BodyPump): void {
  pump.flush(true);
}

function laterFlush(pump: BodyPump): void {
  pump.flush(false);
}
