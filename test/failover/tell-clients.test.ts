// `tell_clients`: an answer after our own attempts tells SDKs not to try again (contract, section 7).

import { contextLength, OK, openaiQuota, plain, rate } from "./plays.ts";
import { CLOSED, RETRY } from "./pool.ts";
import { type Case, testCases } from "./run-case.ts";

const TELLS = `${RETRY}, tell_clients: true`;
const NO = { "x-should-retry": "false" };
const UPSTREAM_SAYS_YES = "X-Should-Retry: true";
const YES = { "x-should-retry": "true" };
const NOTHING = { "x-should-retry": null };

const spent: readonly Case[] = [
  {
    name: "attempts spent",
    upstreams: [[plain(503)]],
    retry: TELLS,
    asked: [3],
    passes: plain(503),
    headers: NO,
  },
  {
    name: "in place of the upstream's own",
    upstreams: [[plain(529, UPSTREAM_SAYS_YES, "X-Kept: 1")]],
    retry: TELLS,
    request: { body: "small" },
    asked: [3],
    passes: plain(529),
    headers: { ...NO, "x-kept": "1" },
  },
  {
    name: "attempts spent in a pool",
    upstreams: [[plain(503)], [rate()]],
    retry: TELLS,
    asked: [1, 1],
    passes: rate(),
    headers: NO,
  },
  {
    name: "a wait that is too long",
    upstreams: [[rate("Retry-After: 60", UPSTREAM_SAYS_YES)]],
    retry: TELLS,
    asked: [1],
    passes: rate(),
    headers: { ...NO, "retry-after": "60" },
  },
  {
    name: "a wait that would outlast request_timeout_ms",
    upstreams: [[rate("Retry-After-Ms: 390")]],
    retry: TELLS,
    shared: ["request_timeout_ms: 300"],
    asked: [1],
    passes: rate(),
    headers: NO,
  },
  {
    name: "no connection to any upstream",
    upstreams: [CLOSED, CLOSED],
    retry: TELLS,
    asked: [1, 1],
    replies: [502, "upstream_connect_error"],
    headers: NO,
  },
];

const untouched: readonly Case[] = [
  {
    name: "without tell_clients",
    upstreams: [[plain(503, UPSTREAM_SAYS_YES)]],
    asked: [3],
    passes: plain(503),
    headers: YES,
  },
  {
    name: "without tell_clients and header",
    upstreams: [[plain(503)]],
    asked: [3],
    passes: plain(503),
    headers: NOTHING,
  },
  {
    name: "no connection, without tell_clients",
    upstreams: [CLOSED, CLOSED],
    asked: [1, 1],
    replies: [502, "upstream_connect_error"],
    headers: NOTHING,
  },
  { name: "a success", upstreams: [[plain(503), OK]], retry: TELLS, asked: [2], passes: OK, headers: NOTHING },
  {
    name: "a status that is not listed",
    upstreams: [[plain(500, UPSTREAM_SAYS_YES)]],
    retry: TELLS,
    asked: [1],
    passes: plain(500),
    headers: YES,
  },
  {
    name: "a 400",
    upstreams: [[contextLength]],
    retry: TELLS,
    asked: [1],
    passes: contextLength,
    headers: NOTHING,
  },
  {
    name: "a success with a header of its own",
    upstreams: [[openaiQuota()], [plain(200, UPSTREAM_SAYS_YES)]],
    retry: TELLS,
    asked: [1, 1],
    passes: plain(200),
    headers: YES,
  },
];

testCases([...spent, ...untouched]);
