// A wait that the upstream asks for is obeyed when it is short enough, else the answer is passed on (contract, section 7).

import { anthropicRate, geminiRate, OK, plain, rate, rateUntil } from "./plays.ts";
import { RETRY } from "./pool.ts";
import { type Case, testCases } from "./run-case.ts";

/** Timers may run up to a millisecond early. */
const told = (ms: number): Case["gaps"] & object => [[ms - 2, ms + 6000]];
/** Where nothing is told, or nothing that can be read: the longest random wait is a millisecond. */
const AT_ONCE: Case["gaps"] & object = [[0, 6000]];
const LONG = "max_body_bytes: 4096, backoff_ms: 1, max_backoff_ms: 2500";

const obeyed: readonly Case[] = [
  { name: "retry-after-ms", upstreams: [[rate("Retry-After-Ms: 150"), OK]], asked: [2], passes: OK, gaps: told(150) },
  {
    name: "retry-after-ms goes before retry-after",
    upstreams: [[rate("Retry-After: 3600", "Retry-After-Ms: 150"), OK]],
    asked: [2],
    passes: OK,
    gaps: told(150),
  },
  {
    name: "retry-after in seconds",
    upstreams: [[rate("Retry-After: 1"), OK]],
    retry: LONG,
    asked: [2],
    passes: OK,
    gaps: told(1000),
  },
  {
    name: "retry-after as a date",
    upstreams: [[rateUntil(2), OK]],
    retry: LONG,
    asked: [2],
    passes: OK,
    // The date is in whole seconds: up to one of the two has passed already.
    gaps: told(1000),
  },
  { name: "a date that has passed", upstreams: [[rateUntil(-60), OK]], asked: [2], passes: OK, gaps: AT_ONCE },
  { name: "Gemini's retryDelay", upstreams: [[geminiRate("0.15s"), OK]], asked: [2], passes: OK, gaps: told(150) },
  {
    name: "Anthropic's 429 with a wait",
    upstreams: [[anthropicRate("Retry-After: 1"), OK]],
    retry: LONG,
    asked: [2],
    passes: OK,
    gaps: told(1000),
  },
  {
    name: "503 with a wait",
    upstreams: [[plain(503, "Retry-After-Ms: 150"), OK]],
    asked: [2],
    passes: OK,
    gaps: told(150),
  },
  {
    name: "529 with a wait",
    upstreams: [[plain(529, "Retry-After-Ms: 150"), OK]],
    asked: [2],
    passes: OK,
    gaps: told(150),
  },
  {
    name: "each wait of its own",
    upstreams: [[rate("Retry-After-Ms: 80"), plain(503, "Retry-After-Ms: 160"), OK]],
    request: { body: "small" },
    asked: [3],
    passes: OK,
    gaps: [
      [78, 6000],
      [158, 6000],
    ],
  },
  { name: "a wait of 0", upstreams: [[rate("Retry-After: 0"), OK]], asked: [2], passes: OK, gaps: AT_ONCE },
  ...["soon", "-1", "", "1e400", "99999999999999999999999 s"].map(
    (value): Case => ({
      name: `a wait that is none: ${JSON.stringify(value)}`,
      upstreams: [[plain(503, `Retry-After: ${value}`, `Retry-After-Ms: ${value}`), OK]],
      asked: [2],
      passes: OK,
      gaps: AT_ONCE,
    }),
  ),
];

const tooLong: readonly Case[] = [
  {
    name: "retry-after longer than max_backoff_ms",
    upstreams: [[rate("Retry-After: 1"), OK]],
    asked: [1],
    passes: rate(),
    headers: { "retry-after": "1" },
  },
  {
    name: "retry-after-ms longer than max_backoff_ms",
    upstreams: [[rate("Retry-After-Ms: 401"), OK]],
    asked: [1],
    passes: rate(),
  },
  { name: "as long as max_backoff_ms", upstreams: [[rate("Retry-After-Ms: 400"), OK]], asked: [2], passes: OK },
  {
    name: "retryDelay longer than max_backoff_ms",
    upstreams: [[geminiRate("36.5s"), OK]],
    request: { body: "small" },
    asked: [1],
    passes: geminiRate("36.5s"),
  },
  {
    name: "503 with a wait that is too long",
    upstreams: [[plain(503, "Retry-After: 120"), OK]],
    asked: [1],
    passes: plain(503),
  },
  {
    name: "a wait that would outlast request_timeout_ms is not begun",
    upstreams: [[rate("Retry-After-Ms: 350"), OK]],
    shared: ["request_timeout_ms: 300"],
    asked: [1],
    passes: rate(),
  },
  {
    name: "the second wait is too long",
    upstreams: [[rate("Retry-After-Ms: 10"), plain(503, "Retry-After: 9"), OK]],
    retry: `${RETRY}, max_attempts: 5`,
    asked: [2],
    passes: plain(503),
  },
];

testCases([...obeyed, ...tooLong]);
