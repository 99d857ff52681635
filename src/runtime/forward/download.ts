// How does the response body get downstream? What one socket read brought leaves in one write, at once, with
// back-pressure; nothing waits for more (targets: joined chunks, whole events).

import type { IncomingMessage } from "node:http";
import type { LiveExchange } from "../exchange.ts";

export interface DownloadEvents {
  /** Bytes moved. */
  readonly onProgress: () => void;
  /** The last byte was handed to the client's connection. */
  readonly onEnd: () => void;
}

export class Download {
  readonly #x: LiveExchange;
  readonly #source: IncomingMessage;
  readonly #events: DownloadEvents;
  #chunks: Buffer[] = [];
  #flushing = true;
  #over = false;

  /** The head must be written already: it is flushed in this turn, with what of the body came with it. */
  constructor(x: LiveExchange, source: IncomingMessage, events: DownloadEvents) {
    this.#x = x;
    this.#source = source;
    this.#events = events;
    source.on("data", (chunk: Buffer) => this.#collect(chunk));
    source.on("end", () => this.#flush());
    x.res.on("drain", () => source.resume());
    process.nextTick(flushHead, this);
  }

  /** Nothing more is written. */
  stop(): void {
    this.#over = true;
    this.#chunks = [];
  }

  #collect(chunk: Buffer): void {
    this.#chunks.push(chunk);
    if (this.#flushing) return;
    this.#flushing = true;
    process.nextTick(flush, this);
  }

  /** Called by the ticks below: a bound function per chunk would cost more than the write. */
  flushHead(): void {
    if (this.#over) return;
    if (this.#chunks.length === 0 && !this.#whole()) this.#x.res.flushHeaders();
    this.#flush();
  }

  flush(): void {
    this.#flush();
  }

  #flush(): void {
    this.#flushing = false;
    if (this.#over) return;
    const body = this.#take();
    if (this.#whole()) {
      this.#over = true;
      this.#x.complete();
      if (body === undefined) this.#x.res.end();
      else this.#x.res.end(body);
      this.#events.onEnd();
    } else if (body !== undefined) {
      if (!this.#x.res.write(body)) this.#source.pause();
      this.#events.onProgress();
    }
  }

  /** The parser saw the message's end and nothing of it is left to read. */
  #whole(): boolean {
    return this.#source.complete && this.#source.readableLength === 0;
  }

  #take(): Buffer | undefined {
    const chunks = this.#chunks;
    if (chunks.length === 0) return undefined;
    this.#chunks = [];
    const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    this.#x.bytesSent += body?.length ?? 0;
    return body;
  }
}

function flushHead(download: Download): void {
  download.flushHead();
}

function flush(download: Download): void {
  download.flush();
}
