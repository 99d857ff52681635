// Checks what is said about the size of a request: by its length, by what is held of its body, and under content codings.

import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { requestSize, type SizedRequest } from "../../src/runtime/exchange/request-size.ts";

const TEXT = `{"model":"m","max_tokens":77,"messages":[{"content":"${"x".repeat(100)}"}]}`;

function chunked(body: Buffer, rawHeaders: readonly string[] = ["content-type", "application/json"]): SizedRequest {
  const middle = body.length >> 1;
  return {
    framing: { kind: "chunked" },
    rawHeaders,
    body: { held: { chunks: [body.subarray(0, middle), body.subarray(middle)] } },
  };
}

const coded = (coding: string) => ["content-type", "application/json", "content-encoding", coding];

describe("the size of a request", () => {
  it.each<[string, SizedRequest, number, number | undefined]>([
    ["with a length", { ...chunked(Buffer.from(TEXT)), framing: { kind: "length", length: "12345" } }, 12345, 77],
    ["in chunks", chunked(Buffer.from(TEXT)), TEXT.length, 77],
    ["with no content type", chunked(Buffer.from(TEXT), []), TEXT.length, 77],
    [
      "as curl sends it",
      chunked(Buffer.from(TEXT), ["content-type", "application/x-www-form-urlencoded"]),
      TEXT.length,
      77,
    ],
    ["with gzip", chunked(gzipSync(TEXT), coded("gzip")), TEXT.length, 77],
    ["with deflate", chunked(deflateSync(TEXT), coded("deflate")), TEXT.length, 77],
    ["with br", chunked(brotliCompressSync(TEXT), coded("br")), TEXT.length, 77],
    [
      "with a length and a coding",
      { ...chunked(gzipSync(TEXT), coded("gzip")), framing: { kind: "length", length: "60" } },
      60,
      77,
    ],
    ["that is broken under its coding", chunked(Buffer.from(TEXT), coded("gzip")), TEXT.length, undefined],
    ["in an unknown coding", chunked(Buffer.from(TEXT), coded("zstd")), TEXT.length, undefined],
    [
      "that decodes to more than its bound",
      chunked(gzipSync(" ".repeat(5000)), coded("gzip")),
      gzipSync(" ".repeat(5000)).length,
      undefined,
    ],
    [
      "that is a form",
      chunked(Buffer.from(TEXT), ["content-type", "multipart/form-data; boundary=b"]),
      TEXT.length,
      undefined,
    ],
    ["without a body", { framing: { kind: "none" }, rawHeaders: [], body: undefined }, 0, undefined],
  ])("%s", (_, request, bodyBytes, outputLimit) => {
    expect(requestSize(request, 1000)).toEqual({ bodyBytes, outputLimit });
  });
});
