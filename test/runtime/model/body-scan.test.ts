// Checks how long a body is held for its model, what counts within the bound, and how coded bodies are read.

import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { BodyFormat } from "../../../src/runtime/model/body-format.ts";
import { BodyScan } from "../../../src/runtime/model/body-scan.ts";
import { decodeBody } from "../../../src/runtime/model/decode-body.ts";
import { usualChunkings } from "./chunkings.ts";

const JSON_BODY: BodyFormat = { kind: "json", coding: undefined };
const FORM: BodyFormat = { kind: "form", boundary: "b", coding: undefined };
const gzipped: BodyFormat = { kind: "json", coding: "gzip" };

function inWords(scan: BodyScan): string | undefined {
  const { result } = scan;
  return result?.kind === "model" ? `"${result.name}"` : result?.reason;
}

function scanOf(format: BodyFormat, maxBytes: number, chunks: readonly (string | Buffer)[]): BodyScan {
  const scan = new BodyScan(format, maxBytes);
  for (const chunk of chunks) scan.push(Buffer.from(chunk));
  return scan;
}

describe("the scan of a body", () => {
  it("has no result until the body ends, since the model may be named again", () => {
    const scan = scanOf(JSON_BODY, 100, ['{"model":"a"', "}"]);
    expect(inWords(scan)).toBeUndefined();
    scan.end();
    expect(inWords(scan)).toBe('"a"');
    expect(scan.isContradicted).toBe(false);
  });

  it("has a result once the bound is reached", () => {
    const scan = scanOf(JSON_BODY, 20, ['{"model":"a","b":"', "xx"]);
    expect(inWords(scan)).toBeUndefined();
    scan.push(Buffer.from("x"));
    expect(inWords(scan)).toBe('"a"');
    scan.push(Buffer.from('"}'));
    scan.end();
    expect(inWords(scan)).toBe('"a"');
    expect(scan.isContradicted).toBe(false);
  });

  it.each([
    ["a second model", '","model":"b"}'],
    ["a second model in the same chunk as the bound", '","Model":"b"}'],
    ["broken JSON", '"]'],
  ])("is contradicted by %s behind the bound", (_, rest) => {
    const text = `{"model":"a","b":"xxxxxxxx${rest}`;
    for (const chunks of usualChunkings(Buffer.from(text))) {
      const scan = scanOf(JSON_BODY, 20, chunks);
      expect(inWords(scan)).toBe('"a"');
      expect(scan.isContradicted).toBe(true);
    }
  });

  it("is contradicted by a body that ends too early behind the bound", () => {
    const scan = scanOf(JSON_BODY, 20, ['{"model":"a","b":"xxxxxxxx']);
    expect(scan.isContradicted).toBe(false);
    scan.end();
    expect(scan.isContradicted).toBe(true);
  });

  it("is contradicted by a first model behind the bound, where the path may have named one", () => {
    const scan = scanOf(JSON_BODY, 10, ['{"a":"xxxxxxx"']);
    expect(inWords(scan)).toBe("past_bound");
    expect(scan.result?.kind).toBe("none");
    expect(scan.isContradicted).toBe(false);
    scan.push(Buffer.from(',"model":"a"}'));
    expect(scan.isContradicted).toBe(true);
  });

  it.each([
    ["whose value ends behind it", '{"model":"abc"}', 13],
    ["whose value begins behind it", '{"model":    "abc"}', 11],
  ])("can't read a model in time %s", (_, text, bound) => {
    for (const chunks of usualChunkings(Buffer.from(text))) {
      const scan = scanOf(JSON_BODY, bound, chunks);
      expect(scan.result).toEqual({ kind: "unreadable", reason: "past_bound" });
    }
  });

  it("reads a model that ends at the bound", () => {
    for (const chunks of usualChunkings(Buffer.from('{"model":"abc" }'))) {
      expect(inWords(scanOf(JSON_BODY, 14, chunks))).toBe('"abc"');
    }
  });

  it.each([
    ["given twice", '{"model":"a","model":', "given_twice"],
    ["no string", '{"model":1,', "not_a_string"],
    ["malformed", "[", "malformed"],
  ])("has a result at once for a model that is %s", (_, text, reason) => {
    const scan = scanOf(JSON_BODY, 1000, [text]);
    expect(scan.result).toEqual({ kind: "unreadable", reason });
    scan.push(Buffer.from("more"));
    scan.end();
    expect(scan.result).toEqual({ kind: "unreadable", reason });
    expect(scan.isContradicted).toBe(false);
  });

  it("reads an empty body as malformed, and passes on what the headers say", () => {
    const empty = scanOf(JSON_BODY, 10, []);
    empty.end();
    expect(inWords(empty)).toBe("malformed");
    const unknown = scanOf({ kind: "unreadable", reason: "coding" }, 10, ["x"]);
    unknown.end();
    expect(inWords(unknown)).toBe("coding");
  });

  it("reads forms, within the same bound", () => {
    const body = '--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nabc\r\n--b--';
    const whole = scanOf(FORM, 1000, [body]);
    whole.end();
    expect(inWords(whole)).toBe('"abc"');
    expect(inWords(scanOf(FORM, body.length - 4, [body]))).toBe("past_bound");
    const twice = scanOf(FORM, body.length, [`${body.slice(0, -2)}\r\n`, body.slice(5)]);
    expect(inWords(twice)).toBe('"abc"');
    expect(twice.isContradicted).toBe(true);
  });
});

const TEXT = Buffer.from('{"messages":[],"model":"gpt-x"}');
const BOMB = Buffer.from(`{"model":"a","b":"${"x".repeat(100_000)}"}`);

describe("a coded body", () => {
  it.each([
    ["gzip", gzipSync(TEXT)],
    ["deflate", deflateSync(TEXT)],
    ["deflate", deflateSync(TEXT, { level: 0 })],
    ["deflate", deflateRawSync(TEXT)],
    ["br", brotliCompressSync(TEXT)],
  ] as const)("in %s is read once it is complete", (coding, body) => {
    for (const chunks of usualChunkings(body)) {
      const scan = scanOf({ kind: "json", coding }, 1000, chunks);
      expect(inWords(scan)).toBeUndefined();
      scan.end();
      expect(scan.result).toEqual({ kind: "model", name: "gpt-x", span: undefined });
    }
  });

  it.each([
    ["cut off", gzipSync(TEXT).subarray(0, -1)],
    ["not coded at all", TEXT],
    ["broken", Buffer.concat([gzipSync(TEXT).subarray(0, 15), Buffer.alloc(30, 7)])],
    ["empty", Buffer.alloc(0)],
    ["a bomb", gzipSync(BOMB)],
  ])("that is %s can't be read", (_, body) => {
    const scan = scanOf(gzipped, 1000, [body]);
    scan.end();
    expect(inWords(scan)).toBe("coding");
  });

  it("can't be read past the bound, even where its start would do", () => {
    const scan = scanOf(gzipped, 40, [gzipSync(TEXT)]);
    expect(scan.result).toEqual({ kind: "unreadable", reason: "past_bound" });
  });

  it("may be four times as long as the bound when decoded", () => {
    const exact = Buffer.alloc(4000, "x");
    expect(decodeBody(gzipSync(exact), "gzip", 4000)).toEqual(exact);
    expect(decodeBody(gzipSync(exact), "gzip", 3999)).toBeUndefined();
    for (const [length, expected] of [
      [4000, '"a"'],
      [4001, "coding"],
    ] as const) {
      const text = `{"model":"a","b":"${"x".repeat(length - 20)}"}`;
      expect(text).toHaveLength(length);
      const scan = scanOf(gzipped, 1000, [gzipSync(text)]);
      scan.end();
      expect(inWords(scan)).toBe(expected);
    }
  });

  it("is malformed when what it holds is", () => {
    const scan = scanOf(gzipped, 1000, [gzipSync("[]")]);
    scan.end();
    expect(inWords(scan)).toBe("malformed");
  });
});
