// Checks how the first event of an event stream is found, and whether it is an error.

import { brotliCompressSync, constants, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Coding } from "../../../src/runtime/decode.ts";
import {
  FIRST_EVENT_BYTES,
  FirstEvent,
  type FirstEventVerdict,
} from "../../../src/runtime/upstream/answers/first-event.ts";
import { ANTHROPIC_OVERLOADED, GEMINI_PER_DAY, OPENAI_QUOTA } from "./bodies.ts";

/** OpenRouter: a comment now and then, errors beside `choices` (openrouter.ai/docs/api/reference/streaming). */
const OPENROUTER_COMMENTS = ": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n";
const OPENROUTER_ERROR =
  'data: {"id":"gen-1","object":"chat.completion.chunk","model":"x","provider":"y","error":{"code":"server_error","message":"Provider disconnected"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}\n\n';

const CASES: readonly [name: string, text: string, verdict: FirstEventVerdict][] = [
  ["Anthropic: overloaded", `event: error\ndata: ${ANTHROPIC_OVERLOADED}\n\n`, "error"],
  [
    "Anthropic: a message",
    'event: message_start\ndata: {"type":"message_start","message":{}}\n\nevent: error\ndata: {}\n\n',
    "event",
  ],
  ["OpenAI: an error", `data: ${OPENAI_QUOTA}\n\n`, "error"],
  [
    "OpenAI: a chunk",
    'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[],"usage":null}\n\n',
    "event",
  ],
  // `error` is null in each response that has not failed, and not at the top.
  [
    "OpenAI: responses",
    'event: response.created\ndata: {"type":"response.created","response":{"error":null}}\n\n',
    "event",
  ],
  [
    "OpenAI: responses, an error",
    'event: error\ndata: {"type":"error","code":"server_error","message":"x"}\n\n',
    "error",
  ],
  ["Gemini: an error", `data: ${GEMINI_PER_DAY}\r\n\r\n`, "error"],
  ["OpenRouter: comments, then an error", OPENROUTER_COMMENTS + OPENROUTER_ERROR, "error"],
  ["OpenRouter: comments, then a chunk", `${OPENROUTER_COMMENTS}data: {"choices":[]}\n\n`, "event"],
  ["OpenRouter: comments alone", OPENROUTER_COMMENTS, "more"],
  ["a null error", 'data: {"error":null,"choices":[]}\n\n', "event"],
  ["an error that is a text", 'data: {"error":"overloaded"}\n\n', "error"],
  ["an error below", 'data: {"choices":[{"error":{"code":1}}]}\n\n', "event"],
  ["an error in an array", 'data: [{"error":{"code":1}}]\n\n', "event"],
  ["an error in a text", 'data: "error"\n\n', "event"],
  ["data that is no JSON", 'data: {"error":\n\n', "event"],
  ["[DONE]", "data: [DONE]\n\n", "event"],
  ["nothing", "", "more"],
  ["empty lines", "\n\r\n\r\r\n\n", "more"],
  ["a line without its end", "event: error", "more"],
  ["an event without its end", "event: error\ndata: {}\n", "more"],
  ["CRLF", "event: error\r\ndata: {}\r\n\r\n", "error"],
  ["CR", "event: error\rdata: {}\r\r", "error"],
  ["all three", 'data: {"error":\rdata: 1}\r\n\n', "error"],
  ["one CRLF is one line end", "event: error\r\n", "more"],
  ["a BOM", "\ufeffevent: error\ndata: {}\n\n", "error"],
  ["a BOM and a comment", "\ufeff: x\n\nevent: error\n\n", "error"],
  ["a second BOM", "\ufeff\ufeffevent: error\ndata: {}\n\n", "event"],
  ["a BOM in the second line", ": x\n\ufeffevent: error\ndata: {}\n\n", "event"],
  ["a value cut by a line end", 'data: {"error":1\ndata: 2}\n\n', "event"],
  ["data in several lines", 'data: {"error"\ndata:\ndata: :{}}\n\n', "error"],
  ["the name after the data", "data: {}\nevent: error\n\n", "error"],
  ["a name alone", "event: error\n\n", "error"],
  ["the last name counts", "event: error\nevent: ping\ndata: {}\n\n", "event"],
  ["no blank after the colon", `event:error\ndata:${ANTHROPIC_OVERLOADED}\n\n`, "error"],
  ["two blanks after the colon", "event:  error\ndata: {}\n\n", "event"],
  ["another name", "event: errors\ndata: {}\n\n", "event"],
  ["upper case", "event: Error\ndata: {}\n\n", "event"],
  ["upper case in the field", "Event: error\ndata: {}\n\n", "event"],
  ["id and retry are no event", "id: 1\nretry: 3000\n\nevent: error\ndata: {}\n\n", "error"],
  ["fields without a value", "data\n\n", "event"],
  ["an empty name", "event\ndata: {}\n\n", "event"],
  ["characters of several bytes", 'data: {"ä€😀":1,"error":"…"}\n\n', "error"],
];

function verdictOf(pieces: readonly Buffer[], coding?: Coding): FirstEventVerdict {
  const first = new FirstEvent(coding);
  return pieces.reduce<FirstEventVerdict>((_, piece) => first.push(piece), "more");
}

test.each(CASES)("%s", (_, text, verdict) => {
  expect(verdictOf([Buffer.from(text)])).toBe(verdict);
});

test.each(CASES)("%s, byte by byte", (_, text, verdict) => {
  expect(verdictOf([...Buffer.from(text)].map((byte) => Buffer.of(byte)))).toBe(verdict);
});

test("where a stream is cut makes no difference", () => {
  const piece = fc.constantFrom(
    ..."\n\n\r\r :",
    "event",
    "error",
    "data",
    "{",
    "}",
    '"',
    "\ufeff",
    "event: error\n",
    'data: {"error":1}',
  );
  const text = fc.oneof(
    fc.constantFrom(...CASES.map(([, it]) => it)),
    fc.array(piece, { maxLength: 40 }).map((it) => it.join("")),
  );
  fc.assert(
    fc.property(text, fc.array(fc.nat({ max: 400 }), { maxLength: 12 }), (whole, at) => {
      const bytes = Buffer.from(whole);
      const cuts = [0, ...at.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const pieces = cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
      expect(verdictOf(pieces)).toBe(verdictOf([bytes]));
    }),
    { numRuns: 2000 },
  );
});

test("the verdict stays", () => {
  const first = new FirstEvent();
  expect(first.push(Buffer.from("event: error\n\n"))).toBe("error");
  expect(first.push(Buffer.from("data: 1\n\n"))).toBe("error");
  const coded = new FirstEvent("gzip");
  expect(coded.push(gzipSync("event: error\n\n"))).toBe("error");
  expect(coded.push(Buffer.from("this is no gzip"))).toBe("error");
});

describe("the bound", () => {
  it("takes an event that fits", () => {
    const tail = "\nevent: error\n\n";
    const fits = `: ${"x".repeat(FIRST_EVENT_BYTES - 2 - tail.length)}${tail}`;
    expect(verdictOf([Buffer.from(fits)])).toBe("error");
    expect(verdictOf([Buffer.from(fits.slice(0, -1))])).toBe("more");
    expect(verdictOf([Buffer.from(`x${fits}`)])).toBe("event");
  });

  it("gives up on a stream of comments", () => {
    const first = new FirstEvent();
    const comment = Buffer.from(": x\n\n");
    let pushed = 0;
    while (first.push(comment) === "more") pushed += comment.length;
    expect(pushed).toBeLessThanOrEqual(FIRST_EVENT_BYTES);
    expect(first.push(Buffer.from("event: error\n\n"))).toBe("event");
  });

  it("gives up on a coded stream that comes in crumbs", () => {
    const coded = gzipSync(`: ${Array.from({ length: 400 }, (_, i) => i * 7919).join()}\nevent: error\n\n`);
    expect(verdictOf([coded], "gzip")).toBe("error");
    expect(
      verdictOf(
        [...coded].map((byte) => Buffer.of(byte)),
        "gzip",
      ),
    ).toBe("event");
  });
});

describe("a coded stream", () => {
  const flush = { finishFlush: constants.Z_SYNC_FLUSH };
  it.each<[coding: Coding, encode: (text: string) => Buffer]>([
    ["gzip", (text) => gzipSync(text, flush)],
    ["deflate", (text) => deflateSync(text, flush)],
    ["br", (text) => brotliCompressSync(text, { finishFlush: constants.BROTLI_OPERATION_FLUSH })],
  ])("is read in %s, before its end has come", (coding, encode) => {
    const error = encode(`event: error\ndata: ${ANTHROPIC_OVERLOADED}\n\n`);
    expect(verdictOf([error], coding)).toBe("error");
    expect(verdictOf([error.subarray(0, 9), error.subarray(9, 20), error.subarray(20)], coding)).toBe("error");
    expect(verdictOf([encode(": x\n\n")], coding)).toBe("more");
    expect(verdictOf([encode('data: {"choices":[]}\n\n')], coding)).toBe("event");
  });

  it("is passed on when it is broken, or decodes to very much", () => {
    expect(verdictOf([Buffer.from("event: error\n\n")], "gzip")).toBe("event");
    expect(verdictOf([gzipSync(Buffer.alloc(FIRST_EVENT_BYTES * 10))], "gzip")).toBe("event");
  });
});
