// Decodes a request body that has a content coding, to look at it. What goes upstream keeps its coding.

import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";

/** The content codings that can be decoded. `x-gzip` is another name of `gzip` (RFC 9110, section 8.4.1.3). */
export type Coding = "gzip" | "deflate" | "br";

/** A coded body may become so many times as long as what may be held of it. JSON usually becomes 3 to 10 times shorter. */
export const DECODED_TO_HELD = 4;

/**
 * The whole body without its coding. `undefined` when it is broken, cut off, or longer than the bound: a body of which only a
 * part is known may name another model in the rest. Also when it can be decoded in two ways.
 * @param maxBytes the longest result, bytes; nothing more is ever made, however well the body is compressed
 */
export function decodeBody(body: Buffer, coding: Coding, maxBytes: number): Buffer | undefined {
  switch (coding) {
    case "gzip":
      return decodeWith(gunzipSync, body, maxBytes);
    case "br":
      return decodeWith(brotliDecompressSync, body, maxBytes);
    case "deflate":
      return inflate(body, maxBytes);
  }
}

function decodeWith(decode: typeof gunzipSync, body: Buffer, maxBytes: number): Buffer | undefined {
  try {
    return decode(body, { maxOutputLength: maxBytes });
  } catch {
    return undefined;
  }
}

/**
 * `deflate` means zlib's format, but some clients send, and some servers read, the bare deflate data (RFC 9110, section 8.4.1.2;
 * RFC 1950, section 2.2). Bytes can be made that are both, with another text in each.
 */
function inflate(body: Buffer, maxBytes: number): Buffer | undefined {
  if (!hasZlibHeader(body)) return decodeWith(inflateRawSync, body, maxBytes);
  return isStoredBlock(body) ? undefined : decodeWith(inflateSync, body, maxBytes);
}

/**
 * The bytes of zlib's header, and those behind it, are also the head of a stored block: its length, and that inverted (RFC 1951,
 * section 3.2.4). As bare data, a first byte of zlib's can be nothing else.
 */
function isStoredBlock(body: Buffer): boolean {
  return body.length >= 5 && (body.readUInt16LE(1) ^ body.readUInt16LE(3)) === 0xffff;
}

function hasZlibHeader(body: Buffer): boolean {
  const [method = 0, flags = 0] = body;
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
}
