// Which request bodies can be sent again: those that were kept whole (contract, section 7). Each row also compares hashes.

import { CUT_AFTER_EVENT, EVENT_1, early, OK, plain, RESET_AFTER_REQUEST, rate, STREAM } from "./plays.ts";
import { CLOSED, RETRY } from "./pool.ts";
import { type Case, testCases } from "./run-case.ts";

const KEPT = ["none", "small", "under", "chunked", "moving"] as const;
const TOO_LARGE = ["over", "chunked-over"] as const;

const single: readonly Case[] = [
  ...KEPT.map(
    (body): Case => ({
      name: `${body}: sent three times`,
      upstreams: [[rate(), plain(503), STREAM]],
      request: { body },
      asked: [3],
      passes: STREAM,
    }),
  ),
  ...TOO_LARGE.map(
    (body): Case => ({
      name: `${body}: sent once`,
      upstreams: [[rate(), OK]],
      request: { body },
      asked: [1],
      passes: rate(),
    }),
  ),
  ...TOO_LARGE.map(
    (body): Case => ({
      name: `${body}: sent once, also after a reset`,
      upstreams: [[RESET_AFTER_REQUEST, OK]],
      retry: `${RETRY}, retry_on: [reset]`,
      request: { body },
      asked: [1],
      replies: [502, "upstream_request_failed"],
    }),
  ),
  {
    name: "max_body_bytes: 0, with a body",
    upstreams: [[rate(), OK]],
    retry: "max_body_bytes: 0, backoff_ms: 1",
    request: { body: "small" },
    asked: [1],
    passes: rate(),
  },
  {
    name: "max_body_bytes: 0, without a body",
    upstreams: [[rate(), OK]],
    retry: "max_body_bytes: 0, backoff_ms: 1",
    asked: [2],
    passes: OK,
  },
  {
    name: "an early 503, while the upload moves",
    upstreams: [[early(plain(503)), OK]],
    request: { body: "moving" },
    asked: [2],
    passes: OK,
  },
  {
    name: "an early 413 is passed on, and the connection ends",
    upstreams: [[early(plain(413)), OK]],
    request: { body: "moving" },
    asked: [1],
    passes: plain(413),
    headers: { connection: "close" },
    early: true,
  },
];

const pools: readonly Case[] = [
  ...(["none", "small", "under", "chunked"] as const).map(
    (body): Case => ({
      name: `${body}: sent to each of three upstreams`,
      upstreams: [[rate()], [plain(503)], [STREAM]],
      request: { body },
      asked: [1, 1, 1],
      passes: STREAM,
    }),
  ),
  ...TOO_LARGE.map(
    (body): Case => ({
      name: `${body}: sent to one upstream`,
      upstreams: [[rate()], [OK]],
      request: { body },
      asked: [1, 0],
      passes: rate(),
    }),
  ),
  ...(["none", "small", "over", "chunked", "chunked-over"] as const).map(
    (body): Case => ({
      name: `${body}: sent to the next upstream when the first can't be connected to: nothing of it was sent`,
      upstreams: [CLOSED, [OK]],
      request: { body },
      asked: [1, 1],
      passes: OK,
    }),
  ),
  {
    name: "nothing is sent again after a byte went to the client",
    upstreams: [[CUT_AFTER_EVENT], [OK]],
    retry: `${RETRY}, retry_on: [reset, timeout]`,
    request: { body: "small" },
    asked: [1, 0],
    cut: { status: 200, body: Buffer.from(EVENT_1) },
  },
];

testCases([...single, ...pools]);
