// Decodes a copy of a body with a content coding while the body passes. Bounded against bodies that decode to very much more.

import * as zlib from "node:zlib";
import { type Coding, codingOf } from "../../decode.ts";

/** The content codings that a copy may have. */
export type CopyCoding = Coding | "zstd";
/** Those that change bytes. */
export type Encoded = Exclude<CopyCoding, "identity">;

/**
 * A stream of some hundred events of equal make shrinks to a thirtieth, in rare cases more. A body of nothing but zeros shrinks to
 * a thousandth with gzip, and far more with br.
 */
const MAX_RATIO = 100;
/** Decoded whatever the ratio is: bytes, beyond `MAX_RATIO` times the coded ones. */
const FREE_OUTPUT_BYTES = 16 * 1024 * 1024;
/**
 * Coded bytes of one copy that wait for the decoder at most. A decoder is slower than a fast network, and a response with embeddings
 * has many MiB.
 */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** Those of all copies together. */
const MAX_WAITING_OF_ALL = 64 * 1024 * 1024;
/** So many may wait of each copy, whatever waits of others: no upstream can take the place of another one's usual responses. */
const FREE_WAITING_BYTES = 1024 * 1024;

/** The coded bytes that wait for all decoders of this process. */
let waitingOfAll = 0;

/** What is cut off is decoded as far as it came. */
const FLUSH = { flush: zlib.constants.Z_SYNC_FLUSH, finishFlush: zlib.constants.Z_SYNC_FLUSH };
const { BROTLI_OPERATION_FLUSH } = zlib.constants;
const FLUSH_BROTLI = { flush: BROTLI_OPERATION_FLUSH, finishFlush: BROTLI_OPERATION_FLUSH };

/** Node 20 has no zstd, and its types neither. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: (options: object) => zlib.Gunzip };
/** `ZSTD_e_flush` */
const FLUSH_ZSTD = { flush: 1, finishFlush: 1 };

/**
 * The coding of a copy.
 * @param contentEncodings the values of all its `content-encoding` headers
 * @returns `undefined` for one that this process can't decode, and for several
 */
export function copyCodingOf(contentEncodings: readonly string[]): CopyCoding | undefined {
  const coding = codingOf(contentEncodings);
  if (coding !== undefined || createZstdDecompress === undefined) return coding;
  return contentEncodings.length === 1 && contentEncodings[0]?.trim().toLowerCase() === "zstd" ? "zstd" : undefined;
}

/** Told of what was decoded. */
export interface DecodedSink {
  push(bytes: Buffer): void;
  /** All that came was decoded. */
  end(): void;
  /** The bytes are broken, or beyond a bound. Nothing comes after it. */
  fail(): void;
}

/** It decodes in other threads. Its memory is freed after `end` and `fail`. */
export class CopyDecoder {
  readonly #coding: Encoded;
  readonly #sink: DecodedSink;
  #stream: zlib.Gunzip | undefined;
  #hasEnded = false;
  #coded = 0;
  #decoded = 0;
  #waiting = 0;

  constructor(coding: Encoded, sink: DecodedSink) {
    this.#coding = coding;
    this.#sink = sink;
  }

  /** Takes the next coded bytes. They may wait for some time, and are not copied. */
  push(bytes: Buffer): void {
    if (this.#hasEnded || bytes.length === 0) return;
    this.#stream ??= this.#open(bytes[0] as number);
    this.#coded += bytes.length;
    const { length } = bytes;
    if (!this.#mayWait(length)) return this.#fail();
    this.#wait(length);
    this.#stream.write(bytes, () => this.#wait(-length));
  }

  /** The body has ended, or was cut off. */
  end(): void {
    if (this.#hasEnded) return;
    if (this.#stream === undefined) this.#close();
    else this.#stream.end();
  }

  /** Stops, and frees the memory. Nothing more is told. */
  stop(): void {
    this.#hasEnded = true;
    this.#wait(-this.#waiting);
    this.#stream?.destroy();
  }

  #mayWait(bytes: number): boolean {
    const waiting = this.#waiting + bytes;
    if (waiting <= FREE_WAITING_BYTES) return true;
    return waiting <= MAX_WAITING_BYTES && waitingOfAll + bytes <= MAX_WAITING_OF_ALL;
  }

  /** Counts bytes that begin to wait, or that no longer do. What waited at the stop is not counted again when it comes back. */
  #wait(bytes: number): void {
    const change = Math.max(bytes, -this.#waiting);
    this.#waiting += change;
    waitingOfAll += change;
  }

  #open(firstByte: number): zlib.Gunzip {
    const stream = createStream(this.#coding, firstByte);
    stream.on("data", (bytes: Buffer) => this.#take(bytes));
    stream.on("end", () => this.#close());
    // An error may come after the decoder was stopped.
    stream.on("error", () => this.#fail());
    return stream;
  }

  #take(bytes: Buffer): void {
    if (this.#hasEnded) return;
    this.#decoded += bytes.length;
    if (this.#decoded > FREE_OUTPUT_BYTES + MAX_RATIO * this.#coded) this.#fail();
    else this.#sink.push(bytes);
  }

  #close(): void {
    if (this.#hasEnded) return;
    this.stop();
    this.#sink.end();
  }

  #fail(): void {
    if (this.#hasEnded) return;
    this.stop();
    this.#sink.fail();
  }
}

function createStream(coding: Encoded, firstByte: number): zlib.Gunzip {
  switch (coding) {
    case "gzip":
      return zlib.createGunzip(FLUSH);
    case "deflate":
      return hasZlibHeader(firstByte) ? zlib.createInflate(FLUSH) : zlib.createInflateRaw(FLUSH);
    case "br":
      return zlib.createBrotliDecompress(FLUSH_BROTLI);
    case "zstd":
      if (createZstdDecompress === undefined) throw new Error("zstd can't be decoded");
      return createZstdDecompress(FLUSH_ZSTD);
  }
}

/**
 * `deflate` means the zlib format (RFC 9110, section 8.4.1.2), but some servers send it without the zlib header. The first byte of
 * what they send has other low bits (RFC 1951, section 3.2.3).
 */
function hasZlibHeader(firstByte: number): boolean {
  return (firstByte & 0x0f) === 8;
}
