// Which upstream of a pool an attempt goes to, and when it waits (contract, section 14, "Failover").

import { contentFilter, contextLength, OK, plain, RESET_AFTER_REQUEST, rate, STREAM } from "./plays.ts";
import { CLOSED, RETRY } from "./pool.ts";
import { type Case, testCases } from "./run-case.ts";

const BY_DEFAULT = [401, 402, 429, 503, 529];
const PASSED_ON = [302, 400, 403, 404, 408, 409, 500, 502, 504];

/** At another upstream there is nothing to wait for. The default wait before an attempt is up to 200 ms. */
const AT_ONCE: Case["gaps"] & object = [[0, 2500]];

const next: readonly Case[] = [
  ...BY_DEFAULT.map(
    (status): Case => ({
      name: `${status}: at the next upstream by default`,
      upstreams: [[plain(status)], [OK]],
      retry: null,
      request: { body: "small" },
      asked: [1, 1],
      passes: OK,
    }),
  ),
  ...PASSED_ON.map(
    (status): Case => ({
      name: `${status}: passed on by default`,
      upstreams: [[plain(status)], [OK]],
      retry: null,
      request: { body: "small" },
      asked: [1, 0],
      passes: plain(status),
    }),
  ),
  { name: "context length exceeded", upstreams: [[contextLength], [OK]], asked: [1, 0], passes: contextLength },
  { name: "content filter", upstreams: [[contentFilter], [OK]], asked: [1, 0], passes: contentFilter },
  {
    name: "a closed port, then the next",
    upstreams: [CLOSED, [STREAM]],
    retry: null,
    request: { body: "small" },
    asked: [1, 1],
    passes: STREAM,
  },
  {
    name: "two closed ports",
    upstreams: [CLOSED, CLOSED],
    retry: null,
    asked: [1, 1],
    replies: [502, "upstream_connect_error"],
  },
  {
    name: "a reset is not tried again by default",
    upstreams: [[RESET_AFTER_REQUEST], [OK]],
    retry: null,
    asked: [1, 0],
    replies: [502, "upstream_request_failed"],
  },
  {
    name: "a reset at the next upstream, where it is listed",
    upstreams: [[RESET_AFTER_REQUEST], [OK]],
    retry: `${RETRY}, retry_on: [reset]`,
    request: { body: "small" },
    asked: [1, 1],
    passes: OK,
  },
  {
    name: "keys of `retry` that are not set keep the pool's defaults",
    upstreams: [[plain(401)], [plain(503)], [OK]],
    retry: "tell_clients: true",
    asked: [1, 1, 1],
    passes: OK,
  },
  {
    name: "max_attempts bounds a pool, too",
    upstreams: [[plain(503)], [plain(529)], [OK]],
    retry: `${RETRY}, max_attempts: 2`,
    asked: [1, 1, 0],
    passes: plain(529),
  },
  {
    name: "the last upstream's answer is passed on",
    upstreams: [[plain(503)], [rate()], [plain(401)]],
    retry: null,
    request: { body: "small" },
    asked: [1, 1, 1],
    passes: plain(401),
  },
];

const waits: readonly Case[] = [
  {
    name: "a wait that one upstream asks for does not hold back the next",
    upstreams: [[rate("Retry-After: 5")], [OK]],
    retry: null,
    request: { body: "small" },
    asked: [1, 1],
    passes: OK,
    gaps: AT_ONCE,
  },
  {
    name: "a wait of an hour does not, either",
    upstreams: [[plain(503, "Retry-After: 3600")], [rate("Retry-After: 3600")], [OK]],
    retry: null,
    asked: [1, 1, 1],
    passes: OK,
  },
  {
    name: "the time of the random wait does not hold back the next",
    upstreams: [[plain(503)], [plain(503)], [OK]],
    retry: "backoff_ms: 60000, max_backoff_ms: 60000",
    asked: [1, 1, 1],
    passes: OK,
    gaps: [
      [0, 5000],
      [0, 5000],
    ],
  },
  {
    name: "when all were asked, it waits as the upstream says, and asks again",
    upstreams: [
      [rate("Retry-After-Ms: 120"), OK],
      [rate("Retry-After-Ms: 390"), OK],
    ],
    retry: `${RETRY}, max_attempts: 3`,
    request: { body: "small" },
    asked: [2, 1],
    passes: OK,
    rest: 118,
  },
  {
    name: "the one that is well soonest is asked again",
    upstreams: [
      [rate("Retry-After-Ms: 390"), OK],
      [rate("Retry-After-Ms: 120"), OK],
    ],
    retry: `${RETRY}, max_attempts: 3`,
    request: { body: "small" },
    asked: [1, 2],
    passes: OK,
    rest: 118,
  },
  {
    name: "an upstream that asks for an hour does not keep the exchange from the one that is well soon",
    upstreams: [[rate("Retry-After-Ms: 60"), OK], [rate("Retry-After: 3600")]],
    retry: `${RETRY}, max_attempts: 3`,
    asked: [2, 1],
    passes: OK,
    rest: 58,
  },
  {
    name: "when all were asked and the soonest wait is too long, the last answer is passed on",
    upstreams: [[rate("Retry-After: 7")], [plain(503, "Retry-After: 9")]],
    retry: `${RETRY}, max_attempts: 5`,
    asked: [1, 1],
    passes: plain(503),
  },
];

testCases([...next, ...waits]);
