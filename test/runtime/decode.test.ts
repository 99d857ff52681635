// Checks the decoding of bodies that are looked at.

import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it, test } from "vitest";
import { type Coding, codingOf, decodeForLook } from "../../src/runtime/decode.ts";

const MAX = 65_536;
const TEXT = Buffer.from(Array.from({ length: 200 }, (_, i) => `${i}: ${(i * 7919) % 1013}`).join("\n"));

const ENCODERS: readonly [name: string, coding: Coding, encode: (bytes: Buffer) => Buffer][] = [
  ["no coding", "identity", (bytes) => bytes],
  ["gzip", "gzip", (bytes) => gzipSync(bytes)],
  ["deflate", "deflate", (bytes) => deflateSync(bytes)],
  ["deflate without the zlib header", "deflate", (bytes) => deflateRawSync(bytes)],
  ["brotli", "br", (bytes) => brotliCompressSync(bytes)],
];

describe.each(ENCODERS)("%s", (_, coding, encode) => {
  it("is decoded", () => {
    expect(decodeForLook(encode(TEXT), coding, MAX)).toEqual(TEXT);
  });

  it("is decoded as far as it has come", () => {
    const encoded = encode(TEXT);
    for (let end = 0; end < encoded.length; end++) {
      const decoded = decodeForLook(encoded.subarray(0, end), coding, MAX);
      expect(decoded).toBeDefined();
      expect(TEXT.subarray(0, decoded?.length).equals(decoded as Buffer), `${end} bytes`).toBe(true);
    }
    expect(decodeForLook(encoded.subarray(0, -1), coding, MAX)?.length).toBeGreaterThan(TEXT.length / 2);
  });

  it("is not decoded past the bound", () => {
    const encoded = encode(Buffer.alloc(MAX + 1));
    expect(decodeForLook(encoded, coding, MAX)).toBeUndefined();
    expect(decodeForLook(encoded, coding, MAX + 1)).toHaveLength(MAX + 1);
  });
});

test.each<Coding>(["gzip", "deflate", "br"])("bytes that are not %s are not decoded", (coding) => {
  expect(decodeForLook(Buffer.from("\xff no coding at all", "latin1"), coding, MAX)).toBeUndefined();
});

test.each([
  [[], "identity"],
  [[""], "identity"],
  [["Identity"], "identity"],
  [["gzip"], "gzip"],
  [[" X-GZip "], "gzip"],
  [["deflate"], "deflate"],
  [["br"], "br"],
  [["zstd"], undefined],
  [["gzip, br"], undefined],
  [["gzip", "br"], undefined],
  [["__proto__"], undefined],
])("the coding of %j is %s", (values, coding) => {
  expect(codingOf(values)).toBe(coding);
});
