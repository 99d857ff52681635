// Decodes a request body that has a content coding, to look at it. What goes upstream keeps its coding.

import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";

/** The content codings that can be decoded. `x-gzip` is another name of `gzip` (RFC 9110, section 8.4.1.3). */
export type Coding = "gzip" | "deflate" | "br";

/**
 * The whole body without its coding. `undefined` when it is broken, cut off, or longer than the bound: a body of which only a
 * part is known may name another model in the rest.
 * @param maxBytes the longest result, bytes; nothing more is ever made, however well the body is compressed
 */
export function decodeBody(body: Buffer, coding: Coding, maxBytes: number): Buffer | undefined {
  try {
    return decoderFor(body, coding)(body, { maxOutputLength: maxBytes });
  } catch {
    return undefined;
  }
}

function decoderFor(body: Buffer, coding: Coding): typeof gunzipSync {
  switch (coding) {
    case "gzip":
      return gunzipSync;
    case "br":
      return brotliDecompressSync;
    case "deflate":
      return hasZlibHeader(body) ? inflateSync : inflateRawSync;
  }
}

/** `deflate` means zlib's format, but some clients send the bare deflate data (RFC 9110, section 8.4.1.2; RFC 1950, section 2.2). */
function hasZlibHeader(body: Buffer): boolean {
  const [method = 0, flags = 0] = body;
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
}
