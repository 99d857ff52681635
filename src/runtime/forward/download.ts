// How does the response body get downstream? What one socket read brought leaves in one write, at once, with
// back-pressure; nothing waits for more (targets: joined chunks, whole events).

import type { IncomingMessage } from "node:http";
import type { BodyFraming, LiveExchange } from "../exchange.ts";
import { write } from "./write.ts";

export interface DownloadEvents {
  /** Bytes moved. */
  readonly onProgress: () => void;
  /** The last byte was handed to the client's connection. */
  readonly onEnd: () => void;
}

export class Download {
  readonly #x: LiveExchange;
  readonly #source: IncomingMessage;
  readonly #framing: BodyFraming;
  readonly #events: DownloadEvents;
  #chunks: Buffer[] = [];
  #scheduled = true;
  #over = false;

  /** The head must be written already: it is flushed in this turn, with what of the body came with it. */
  constructor(x: LiveExchange, source: IncomingMessage, framing: BodyFraming, events: DownloadEvents) {
    this.#x = x;
    this.#source = source;
    this.#framing = framing;
    this.#events = events;
    source.on("data", (chunk: Buffer) => this.#collect(chunk));
    source.on("end", () => this.flush());
    process.nextTick(flushHead, this);
  }

  /** Nothing more is written. */
  stop(): void {
    this.#over = true;
    this.#chunks = [];
  }

  flushHead(): void {
    if (!this.#over && this.#chunks.length === 0 && !this.#whole()) this.#x.res.flushHeaders();
    this.flush();
  }

  flush(): void {
    this.#scheduled = false;
    if (this.#over) return;
    const whole = this.#whole();
    if (!whole && this.#chunks.length === 0) return;
    const { res } = this.#x;
    const written = write(res, this.#take(), this.#framing, whole);
    if (whole) {
      this.#over = true;
      this.#x.complete();
      res.end();
      this.#events.onEnd();
      return;
    }
    if (!written) this.#waitForDrain();
    this.#events.onProgress();
  }

  #collect(chunk: Buffer): void {
    this.#chunks.push(chunk);
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(flush, this);
  }

  #waitForDrain(): void {
    this.#source.pause();
    this.#x.res.once("drain", () => this.#source.resume());
  }

  /** The parser saw the message's end and nothing of it is left to read. */
  #whole(): boolean {
    return this.#source.complete && this.#source.readableLength === 0;
  }

  #take(): Buffer {
    const chunks = this.#chunks;
    this.#chunks = [];
    const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    this.#x.bytesSent += body.length;
    return body;
  }
}

// Plain functions for the ticks: a bound one per chunk would cost more than it carries.
function flushHead(download: Download): void {
  download.flushHead();
}

function flush(download: Download): void {
  download.flush();
}
