// Decodes a body with a content coding, as far as it has come, so that it can be looked at. What is forwarded is never decoded.

import { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";

/** The content codings that can be decoded. */
export type Coding = "identity" | "gzip" | "deflate" | "br";

const CODINGS: ReadonlyMap<string, Coding> = new Map([
  ["", "identity"],
  ["identity", "identity"],
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["deflate", "deflate"],
  ["br", "br"],
]);

/**
 * The coding of a body.
 * @param contentEncodings the values of all its `content-encoding` headers
 * @returns `undefined` for a coding that can't be decoded here, and for several codings one over the other
 */
export function codingOf(contentEncodings: readonly string[]): Coding | undefined {
  if (contentEncodings.length > 1) return undefined;
  return CODINGS.get((contentEncodings[0] ?? "").trim().toLowerCase());
}

/**
 * Decodes a body, or the first part of one. The end may be missing.
 * @param maxOutput the most bytes to decode to, a bound against bodies that decode to very much more than they are
 * @returns what could be decoded so far; `undefined` when the bytes are broken or decode to more than `maxOutput`
 */
export function decodeForLook(bytes: Buffer, coding: Coding, maxOutput: number): Buffer | undefined {
  if (coding === "identity") return bytes.length > maxOutput ? undefined : bytes;
  if (bytes.length === 0) return bytes;
  try {
    return decode(bytes, coding, maxOutput);
  } catch {
    return undefined;
  }
}

/** A flush in place of the end: zlib then gives what it has, where otherwise it would throw "unexpected end". */
function decode(bytes: Buffer, coding: Exclude<Coding, "identity">, maxOutputLength: number): Buffer {
  if (coding === "br") {
    return brotliDecompressSync(bytes, { maxOutputLength, finishFlush: constants.BROTLI_OPERATION_FLUSH });
  }
  const options = { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH };
  if (coding === "gzip") return gunzipSync(bytes, options);
  return hasZlibHeader(bytes) ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
}

/** `deflate` means the zlib format (RFC 9110, section 8.4.1.2), but some servers send it without the zlib header. */
function hasZlibHeader(bytes: Buffer): boolean {
  const first = bytes[0] ?? 0;
  return (first & 0x0f) === 8 && (bytes.length < 2 || bytes.readUInt16BE(0) % 31 === 0);
}
