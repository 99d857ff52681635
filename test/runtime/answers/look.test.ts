// Checks which answers are looked at, and what is read from them for a retry.

import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { isLookedAt, LOOK_BYTES, readAnswer } from "../../../src/runtime/upstream/answers/look.ts";
import * as bodies from "./bodies.ts";

const NOW = Date.parse("2026-11-27T12:00:00Z");
const JSON_HEADERS = ["Content-Type", "application/json"];

test.each([
  [429, ["content-type", "application/json"], true],
  [429, ["Content-Type", "Application/JSON; charset=utf-8"], true],
  [500, ["content-type", "application/problem+json"], true],
  [302, ["content-type", "application/json"], true],
  [400, ["content-type", "application/json"], true],
  [200, ["content-type", "application/json"], false],
  [204, ["content-type", "application/json"], false],
  [429, [], false],
  [429, ["content-type", ""], false],
  [429, ["content-type", "text/html"], false],
  [429, ["content-type", "text/plain; x=application/json"], false],
  [429, ["content-type", "application/json-seq"], false],
  [429, ["content-type", "application/jsonl"], false],
  [429, ["content-type", "+json"], false],
  [429, ["content-type", "application/json", "content-type", "text/html"], false],
  [429, [...JSON_HEADERS, "content-encoding", "identity"], true],
  [429, [...JSON_HEADERS, "content-encoding", "gzip"], true],
  [429, [...JSON_HEADERS, "content-encoding", "deflate"], true],
  [429, [...JSON_HEADERS, "Content-Encoding", "BR"], true],
  [429, [...JSON_HEADERS, "content-encoding", "zstd"], false],
  [429, [...JSON_HEADERS, "content-encoding", "gzip, gzip"], false],
])("whether a %d with %j is looked at: %s", (status, headers, looked) => {
  expect(isLookedAt(status, headers)).toBe(looked);
});

describe("readAnswer", () => {
  it.each<[status: number, headers: readonly string[], body: string | undefined, expected: object]>([
    [200, JSON_HEADERS, undefined, { word: undefined, quota: false }],
    [429, JSON_HEADERS, bodies.OPENAI_RATE_LIMIT, { word: "429", quota: false }],
    [429, ["retry-after", "3"], undefined, { word: "429", toldMs: 3000 }],
    [429, JSON_HEADERS, bodies.OPENAI_QUOTA, { word: "quota", quota: true }],
    [429, JSON_HEADERS, bodies.ANTHROPIC_RATE_LIMIT, { word: "quota", quota: true }],
    [
      429,
      [...JSON_HEADERS, "retry-after", "9"],
      bodies.ANTHROPIC_RATE_LIMIT,
      { word: "429", quota: false, toldMs: 9000 },
    ],
    // A body that was not looked at, or did not come: not every 429 without `retry-after` is Anthropic's.
    [429, JSON_HEADERS, undefined, { word: "429", quota: false }],
    [429, JSON_HEADERS, "", { word: "429", quota: false }],
    [429, JSON_HEADERS, bodies.OPENAI_QUOTA.slice(0, -1), { word: "429", quota: false }],
    [429, JSON_HEADERS, bodies.GEMINI_PER_MINUTE, { word: "429", quota: false, toldMs: 38_000 }],
    [429, JSON_HEADERS, bodies.GEMINI_PER_DAY, { word: "quota", quota: true }],
    [529, JSON_HEADERS, bodies.ANTHROPIC_OVERLOADED, { word: "529", quota: false }],
    [401, [], undefined, { word: "401" }],
    [402, [], undefined, { word: "402", quota: false }],
    [403, [], undefined, { word: "403" }],
    [404, [], undefined, { word: undefined }],
    [408, [], undefined, { word: "408" }],
    [409, [], undefined, { word: "409" }],
    [500, [], undefined, { word: "500" }],
    [501, [], undefined, { word: undefined }],
    [502, [], undefined, { word: "502" }],
    [503, [], undefined, { word: "503" }],
    [504, [], undefined, { word: "504" }],
    // A 400 is never tried again.
    [400, JSON_HEADERS, bodies.ANTHROPIC_TOO_LONG, { word: undefined, quota: false }],
    [400, JSON_HEADERS, bodies.OPENAI_HARD_LIMIT, { word: undefined, quota: true }],
    [403, JSON_HEADERS, bodies.openAiSpent("credit_balance_exhausted"), { word: "quota", quota: true }],
  ])("reads a %d with %j and %s", (status, headers, body, expected) => {
    const bytes = body === undefined ? undefined : Buffer.from(body);
    expect(readAnswer(status, headers, bytes, NOW)).toMatchObject({ status, reached: true, ...expected });
  });

  it.each<[coding: string, encode: (bytes: Buffer) => Buffer]>([
    ["gzip", (bytes) => gzipSync(bytes)],
    ["deflate", (bytes) => deflateSync(bytes)],
    ["br", (bytes) => brotliCompressSync(bytes)],
  ])("reads a body in %s", (coding, encode) => {
    const headers = [...JSON_HEADERS, "content-encoding", coding];
    expect(readAnswer(429, headers, encode(Buffer.from(bodies.GEMINI_PER_DAY)), NOW).quota).toBe(true);
    const padded = Buffer.from(`${" ".repeat(1_000_000)}${bodies.GEMINI_PER_DAY}`);
    expect(readAnswer(429, headers, encode(padded).subarray(0, LOOK_BYTES), NOW).quota).toBe(false);
  });

  it("never throws, whatever comes", () => {
    const value = fc.oneof(fc.string(), fc.constantFrom("gzip", "br", "deflate", "0", "5", "application/json"));
    const name = fc.constantFrom("content-type", "content-encoding", "retry-after", "retry-after-ms", "x");
    const headers = fc.array(fc.tuple(name, value)).map((pairs) => pairs.flat());
    const json = fc.jsonValue({ maxDepth: 6 }).map((it) => Buffer.from(JSON.stringify({ error: it, type: "error" })));
    const body = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      json,
      fc.constant(undefined),
    );
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), headers, body, (status, rawHeaders, bytes) => {
        isLookedAt(status, rawHeaders);
        const { word, toldMs } = readAnswer(status, rawHeaders, bytes, NOW);
        if (status < 300 || status === 400) expect(word).toBeUndefined();
        if (toldMs !== undefined) expect(toldMs).toBeGreaterThanOrEqual(0);
        expect(toldMs).not.toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });

  it("reads a body that is nothing but nesting", () => {
    expect(readAnswer(429, JSON_HEADERS, Buffer.from("[".repeat(LOOK_BYTES)), NOW).word).toBe("429");
    const deep = `${'{"error":'.repeat(1800)}1${"}".repeat(1800)}`;
    expect(readAnswer(429, JSON_HEADERS, Buffer.from(deep), NOW).word).toBe("429");
  });
});
