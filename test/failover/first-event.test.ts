// An event stream that begins with an error, and a response whose first byte is late: both before a byte went to the client
// (contract, section 7).

import type { Play } from "../support/scripted-upstream.ts";
import {
  answer,
  CUT_AFTER_EVENT,
  CUT_BEFORE_BODY,
  EMPTY_EVENT_STREAM,
  EVENT_1,
  errorData,
  errorLater,
  events,
  HANG,
  headOnly,
  NO_CONTENT,
  OK,
  overloadedAfterComments,
  overloadedEvent,
  overloadedInPieces,
  overloadedWithCrLf,
  plain,
  SILENT_JSON,
  SILENT_STREAM,
  STREAM,
} from "./plays.ts";
import { RETRY } from "./pool.ts";
import { type Case, testCases } from "./run-case.ts";

const listed = (...words: string[]): string => `${RETRY}, retry_on: [${words.join(", ")}]`;

const ERRORS = {
  "event: error": overloadedEvent,
  "event: error in pieces": overloadedInPieces,
  "event: error with CRLF": overloadedWithCrLf,
  "comments, then event: error": overloadedAfterComments,
  "data with a top-level error": errorData,
};

const overloaded: Case[] = [
  ...Object.entries(ERRORS).flatMap(([name, play]): Case[] => [
    {
      name: `${name}: tried again where it is listed`,
      upstreams: [[play, STREAM]],
      retry: listed("overloaded_event"),
      request: { body: "small" },
      asked: [2],
      passes: STREAM,
    },
    {
      name: `${name}: at the next upstream`,
      upstreams: [[play], [STREAM]],
      retry: listed("overloaded_event"),
      request: { body: "small" },
      asked: [1, 1],
      passes: STREAM,
    },
    { name: `${name}: passed on by default`, upstreams: [[play, STREAM]], asked: [1], passes: play },
    {
      name: `${name}: the last one is passed on whole`,
      upstreams: [[play]],
      retry: listed("overloaded_event"),
      asked: [3],
      passes: play,
    },
  ]),
  ...Object.entries({
    "an error after the first event": errorLater,
    "a stream without events": EMPTY_EVENT_STREAM,
    "comments only": events(": one\n\n", ": two\n\n"),
    "an event that is not complete": events("event: er"),
    "an error that is null": events('data: {"error":null,"id":"1"}\n\n', EVENT_1),
    "an error that is nested": events('data: {"response":{"error":{"code":"x"}}}\n\n', EVENT_1),
    "a first event of 300 KB": events(`data: {"delta":"${"x".repeat(300_000)}"}\n\n`, EVENT_1),
    "JSON with an error in a 200": answer(200, '{"error":{"type":"overloaded_error"}}'),
    "another event type": answer(200, "event: error\n\n", ["Content-Type: text/plain"]),
  }).map(
    ([name, play]): Case => ({
      name: `${name}: passed on, though it is listed`,
      upstreams: [[play, OK]],
      retry: listed("overloaded_event"),
      asked: [1],
      passes: play,
    }),
  ),
];

const streamed = (...chunks: Play["pieces"] & object): Play => ({
  pieces: [...(SILENT_STREAM.pieces ?? []), ...chunks],
});

overloaded.push({
  name: "the time of the next attempt is bounded as ever",
  upstreams: [[overloadedEvent, HANG]],
  retry: listed("overloaded_event"),
  shared: ["request_timeout_ms: 300"],
  asked: [2],
  replies: [504, "upstream_timeout"],
});

const FIRST_BYTE = ["first_byte_timeout_ms: 150"];

const LATE = {
  "no head": HANG,
  "the head of a stream, then silence": SILENT_STREAM,
  "the head of a JSON answer, then silence": SILENT_JSON,
};

const late: Case[] = [
  ...Object.entries(LATE).flatMap(([name, play]): Case[] => [
    {
      name: `${name}: tried again where it is listed`,
      upstreams: [[play, STREAM]],
      retry: listed("first_byte_timeout"),
      shared: FIRST_BYTE,
      request: { body: "small" },
      asked: [2],
      passes: STREAM,
    },
    {
      name: `${name}: at the next upstream`,
      upstreams: [[play], [OK]],
      retry: listed("first_byte_timeout"),
      shared: FIRST_BYTE,
      asked: [1, 1],
      passes: OK,
    },
    {
      name: `${name}: 504 where it is not listed`,
      upstreams: [[play, OK]],
      shared: FIRST_BYTE,
      asked: [1],
      replies: [504, "upstream_timeout"],
    },
    {
      name: `${name}: 504 without \`retry\``,
      upstreams: [[play, OK]],
      retry: null,
      shared: FIRST_BYTE,
      asked: [1],
      replies: [504, "upstream_timeout"],
    },
    {
      name: `${name}: 504 when the attempts are spent`,
      upstreams: [[play]],
      retry: listed("first_byte_timeout"),
      shared: ["first_byte_timeout_ms: 60"],
      asked: [3],
      replies: [504, "upstream_timeout"],
    },
  ]),
  ...Object.entries({
    "a stream": STREAM,
    "a JSON answer": OK,
    "a 204": NO_CONTENT,
    "an empty body": answer(200, ""),
    "an empty stream": EMPTY_EVENT_STREAM,
    "a status that is not listed": plain(500),
  }).map(
    ([name, play]): Case => ({
      name: `${name} in time is passed on`,
      upstreams: [[play, HANG]],
      retry: listed("first_byte_timeout"),
      shared: FIRST_BYTE,
      asked: [1],
      passes: play,
    }),
  ),
  {
    name: "the answer to HEAD has no first byte to wait for",
    upstreams: [[headOnly(200), HANG]],
    retry: listed("first_byte_timeout"),
    shared: FIRST_BYTE,
    request: { method: "HEAD" },
    asked: [1],
    passes: headOnly(200),
  },
  {
    name: "after the first byte, silence is no longer bounded by it",
    upstreams: [[{ pieces: [...(SILENT_STREAM.pieces ?? []), "3\r\none\r\n", { wait: 400 }, "0\r\n\r\n"] }, HANG]],
    retry: listed("first_byte_timeout"),
    shared: FIRST_BYTE,
    asked: [1],
    passes: { status: 200, body: Buffer.from("one") },
  },
];

late.push(
  {
    name: "a comment is a first byte; the event may come later",
    upstreams: [[streamed("6\r\n: hi\n\n\r\n", { wait: 400 }, "a\r\ndata: 1\n\n\n\r\n0\r\n\r\n"), HANG]],
    retry: listed("first_byte_timeout", "overloaded_event"),
    shared: FIRST_BYTE,
    asked: [1],
    passes: { status: 200, body: Buffer.from(": hi\n\ndata: 1\n\n\n") },
  },
  {
    name: "an error that is passed on may take its time after the first byte",
    upstreams: [[{ pieces: ["HTTP/1.1 500 Slow\r\nContent-Length: 4\r\n\r\nsl", { wait: 400 }, "ow"] }]],
    shared: FIRST_BYTE,
    asked: [1],
    passes: { status: 500, body: Buffer.from("slow") },
  },
  ...["Content-Type: text/plain", "Content-Type: application/json"].map(
    (type): Case => ({
      name: `an error without a first byte in time is a 504 (${type})`,
      upstreams: [[{ pieces: [`HTTP/1.1 500 Silent\r\n${type}\r\nContent-Length: 4\r\n\r\n`], end: "hang" }]],
      shared: [...FIRST_BYTE, "request_timeout_ms: 2000"],
      asked: [1],
      replies: [504, "upstream_timeout"],
    }),
  ),
);

const [HEAD_503 = "", BODY_503 = ""] = [
  "HTTP/1.1 503 Scripted\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n",
  "{}",
];

const errors: readonly Case[] = [
  {
    name: "the first byte of an error body in time, the rest later: the status counts",
    upstreams: [[{ pieces: [`${HEAD_503}{`, { wait: 400 }, "}"] }, OK]],
    shared: FIRST_BYTE,
    request: { body: "small" },
    asked: [2],
    passes: OK,
  },
  {
    name: "the last error body in two pieces is passed on whole",
    upstreams: [[{ pieces: [`${HEAD_503}{`, { wait: 300 }, "}"] }]],
    retry: `${RETRY}, max_attempts: 2`,
    shared: FIRST_BYTE,
    asked: [2],
    passes: { status: 503, body: Buffer.from(BODY_503) },
  },
];

const EVERYTHING = listed("reset", "timeout", "first_byte_timeout", "overloaded_event", '"502"');

const cut: readonly Case[] = [
  {
    name: "cut before the first byte, while the head is held: tried again as `reset`",
    upstreams: [[CUT_BEFORE_BODY, STREAM]],
    retry: EVERYTHING,
    shared: ["first_byte_timeout_ms: 5000"],
    request: { body: "small" },
    asked: [2],
    passes: STREAM,
  },
  {
    name: "cut before the first byte, while the head is held, where `reset` is not listed",
    upstreams: [[CUT_BEFORE_BODY, STREAM]],
    shared: ["first_byte_timeout_ms: 5000"],
    asked: [1],
    replies: [502, "upstream_request_failed"],
  },
  {
    name: "cut before the first byte, when the head was not held",
    upstreams: [[CUT_BEFORE_BODY, STREAM]],
    retry: listed("reset"),
    asked: [1],
    cut: { status: 200, body: Buffer.alloc(0) },
  },
  ...[EVERYTHING, RETRY, null].map(
    (retry): Case => ({
      name: `cut after an event: never tried again (${retry})`,
      upstreams: [[CUT_AFTER_EVENT], [STREAM]],
      retry,
      shared: ["first_byte_timeout_ms: 5000"],
      asked: [1, 0],
      cut: { status: 200, body: Buffer.from(EVENT_1) },
    }),
  ),
];

testCases([...overloaded, ...late, ...errors, ...cut]);
