// Which answers and failures are tried again at one upstream: by default, and where `retry_on` lists them (contract, section 7).

import {
  contentFilter,
  contextLength,
  HANG,
  headOnly,
  NO_CONTENT,
  OK,
  plain,
  RESET_AFTER_REQUEST,
  RESET_AT_ONCE,
  RESET_IN_REQUEST,
  rate,
  STREAM,
} from "./plays.ts";
import { CLOSED, RETRY } from "./pool.ts";
import { type Case, testCases } from "./run-case.ts";

const BY_DEFAULT = [429, 503, 529];
const IF_LISTED = [401, 402, 403, 408, 409, 500, 502, 504];
const NEVER = [400, 404, 413, 422, 501];

const only = (words: string): string => `${RETRY}, retry_on: [${words}]`;

const statuses: readonly Case[] = [
  ...BY_DEFAULT.map(
    (status): Case => ({
      name: `${status} is tried again by default`,
      upstreams: [[plain(status), OK]],
      request: { body: "small" },
      asked: [2],
      passes: OK,
    }),
  ),
  ...[...IF_LISTED, ...NEVER].map(
    (status): Case => ({
      name: `${status} is passed on by default`,
      upstreams: [[plain(status, "X-Kept: yes"), OK]],
      request: { body: "small" },
      asked: [1],
      passes: plain(status),
      headers: { "x-kept": "yes" },
    }),
  ),
  ...[...IF_LISTED, ...BY_DEFAULT].map(
    (status): Case => ({
      name: `${status} is tried again where it is listed`,
      upstreams: [[plain(status), OK]],
      retry: only(`"${status}"`),
      request: { body: "small" },
      asked: [2],
      passes: OK,
    }),
  ),
  ...BY_DEFAULT.map(
    (status): Case => ({
      name: `${status} is passed on where only others are listed`,
      upstreams: [[plain(status), OK]],
      retry: only("connect_error"),
      asked: [1],
      passes: plain(status),
    }),
  ),
];

const answers: readonly Case[] = [
  { name: "no `retry`: one attempt", upstreams: [[plain(503), OK]], retry: null, asked: [1], passes: plain(503) },
  {
    name: "the last answer is passed on whole",
    upstreams: [[plain(503), plain(529), rate("X-Last: yes")]],
    request: { body: "small" },
    asked: [3],
    passes: rate(),
    headers: { "x-last": "yes" },
  },
  {
    name: "max_attempts counts the first attempt, too",
    upstreams: [[plain(503)]],
    retry: `${RETRY}, max_attempts: 5`,
    asked: [5],
    passes: plain(503),
  },
  { name: "context length exceeded", upstreams: [[contextLength, OK]], asked: [1], passes: contextLength },
  { name: "content filter", upstreams: [[contentFilter, OK]], asked: [1], passes: contentFilter },
  { name: "an event stream after a 503", upstreams: [[plain(503), STREAM]], asked: [2], passes: STREAM },
  { name: "a 204 after a 503", upstreams: [[plain(503), NO_CONTENT]], asked: [2], passes: NO_CONTENT },
  {
    name: "HEAD: an answer without a body is tried again",
    upstreams: [[headOnly(503), headOnly(200)]],
    request: { method: "HEAD" },
    asked: [2],
    passes: headOnly(200),
    headers: { "content-length": "32" },
  },
  {
    name: "HEAD: the last answer is passed on",
    upstreams: [[headOnly(429)]],
    request: { method: "HEAD" },
    asked: [3],
    passes: headOnly(429),
  },
];

const failures: readonly Case[] = [
  {
    name: "a closed port is tried again by default",
    upstreams: [CLOSED],
    request: { body: "small" },
    asked: [3],
    replies: [502, "upstream_connect_error"],
  },
  {
    name: "a closed port, where only others are listed",
    upstreams: [CLOSED],
    retry: only('"503"'),
    asked: [1],
    replies: [502, "upstream_connect_error"],
  },
  ...(["in the request", "after the request"] as const).flatMap((when): Case[] => {
    const play = when === "in the request" ? RESET_IN_REQUEST : RESET_AFTER_REQUEST;
    const request = { body: "small" } as const;
    return [
      {
        name: `a reset ${when} is not tried again by default`,
        upstreams: [[play, OK]],
        request,
        asked: [1],
        replies: [502, "upstream_request_failed"],
      },
      {
        name: `a reset ${when} is tried again where \`reset\` is listed`,
        upstreams: [[play, OK]],
        retry: only("reset"),
        request,
        asked: [2],
        passes: OK,
      },
    ];
  }),
  {
    name: "a reset at once",
    upstreams: [[RESET_AT_ONCE, OK]],
    retry: only("connect_error, reset"),
    asked: [2],
    passes: OK,
  },
  {
    name: "resets until the attempts are spent",
    upstreams: [[RESET_AFTER_REQUEST]],
    retry: only("reset"),
    asked: [3],
    replies: [502, "upstream_request_failed"],
  },
  {
    name: "attempt_timeout_ms ends an attempt, and `timeout` tries again",
    upstreams: [[HANG, OK]],
    retry: `${only("timeout")}, attempt_timeout_ms: 100`,
    request: { body: "small" },
    asked: [2],
    passes: OK,
  },
  {
    name: "attempt_timeout_ms where `timeout` is not listed",
    upstreams: [[HANG, OK]],
    retry: `${RETRY}, attempt_timeout_ms: 100`,
    asked: [1],
    replies: [504, "upstream_timeout"],
  },
  {
    name: "attempt_timeout_ms until the attempts are spent",
    upstreams: [[HANG]],
    retry: `${only("timeout")}, attempt_timeout_ms: 50`,
    asked: [3],
    replies: [504, "upstream_timeout"],
  },
  {
    name: "attempt_timeout_ms ends with the head: a slow body is not cut",
    upstreams: [[{ pieces: ["HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "sl", { wait: 300 }, "ow"] }]],
    retry: `${only("timeout")}, attempt_timeout_ms: 150`,
    asked: [1],
    passes: { status: 200, body: Buffer.from("slow") },
  },
  {
    name: "all attempts share one request_timeout_ms",
    upstreams: [[HANG]],
    retry: `${only("timeout")}, attempt_timeout_ms: 200, max_attempts: 5`,
    shared: ["request_timeout_ms: 300"],
    asked: [2],
    replies: [504, "upstream_timeout"],
  },
  {
    name: "request_timeout_ms is not an attempt's `timeout`",
    upstreams: [[HANG, OK]],
    retry: only("timeout"),
    shared: ["request_timeout_ms: 100"],
    asked: [1],
    replies: [504, "upstream_timeout"],
  },
];

testCases([...statuses, ...answers, ...failures]);
