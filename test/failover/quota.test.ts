// A 429 is not always a rate limit: a spent quota is never tried again at the same upstream (contract, section 7).

import {
  answer,
  anthropicQuota,
  anthropicRate,
  geminiPerDay,
  gzipQuota,
  longQuota,
  OK,
  openaiQuota,
  openaiSpendLimit,
  rate,
  trickledQuota,
  unreadableQuota,
} from "./plays.ts";
import { RETRY } from "./pool.ts";
import { type Case, testCases } from "./run-case.ts";

const QUOTAS = {
  "OpenAI's spent credit": openaiQuota(),
  "OpenAI's spent credit with a wait": openaiQuota("Retry-After-Ms: 20"),
  "OpenAI's spend limit": openaiSpendLimit,
  "Anthropic's 429 without retry-after": anthropicQuota,
  "Gemini's quota per day, whatever its retryDelay": geminiPerDay,
  "a quota in a gzip body": gzipQuota,
};

const single = Object.entries(QUOTAS).flatMap(([name, play]): Case[] => [
  {
    name: `${name}: once at one upstream`,
    upstreams: [[play, OK]],
    request: { body: "small" },
    asked: [1],
    passes: play,
  },
  {
    name: `${name}: once at one upstream, even where quota is listed`,
    upstreams: [[play, OK]],
    retry: `${RETRY}, retry_on: [quota, "429"]`,
    asked: [1],
    passes: play,
  },
]);

const pools = Object.entries(QUOTAS).flatMap(([name, play]): Case[] => [
  {
    name: `${name}: at the next upstream of a pool`,
    upstreams: [[play], [OK]],
    retry: null,
    request: { body: "small" },
    asked: [1, 1],
    passes: OK,
  },
  {
    name: `${name}: at the next upstream, where only the status is listed`,
    upstreams: [[play], [OK]],
    retry: `${RETRY}, retry_on: ["429"]`,
    asked: [1, 1],
    passes: OK,
  },
  {
    name: `${name}: at the next upstream, where only \`quota\` is listed`,
    upstreams: [[play], [OK]],
    retry: `${RETRY}, retry_on: [quota]`,
    asked: [1, 1],
    passes: OK,
  },
  {
    name: `${name}: passed on where neither is listed`,
    upstreams: [[play], [OK]],
    retry: `${RETRY}, retry_on: ["503"]`,
    asked: [1, 0],
    passes: play,
  },
]);

const others: readonly Case[] = [
  {
    name: "where only `quota` is listed, a rate limit is passed on",
    upstreams: [[rate()], [OK]],
    retry: `${RETRY}, retry_on: [quota]`,
    asked: [1, 0],
    passes: rate(),
  },
  {
    name: "Anthropic's 429 with retry-after is a rate limit",
    upstreams: [[anthropicRate("Retry-After: 0"), OK]],
    asked: [2],
    passes: OK,
  },
  {
    name: "no upstream is asked twice when both have spent their quota",
    upstreams: [
      [openaiQuota(), OK],
      [anthropicQuota, OK],
    ],
    retry: `${RETRY}, max_attempts: 5`,
    request: { body: "small" },
    asked: [1, 1],
    passes: anthropicQuota,
  },
  {
    name: "only the other upstream is asked again",
    upstreams: [
      [openaiQuota(), OK],
      [rate("Retry-After-Ms: 60"), OK],
    ],
    retry: `${RETRY}, max_attempts: 5`,
    request: { body: "small" },
    asked: [1, 2],
    passes: OK,
    rest: 58,
  },
  {
    name: "a spent upstream is not asked again, though it has stopped cooling",
    upstreams: [
      [openaiQuota(), OK],
      [rate("Retry-After-Ms: 60"), OK],
    ],
    retry: `${RETRY}, max_attempts: 5`,
    route: ["cooldown: {ms: 1, max_ms: 1}"],
    asked: [1, 2],
    passes: OK,
  },
  {
    name: "a body in an unknown coding counts as a rate limit",
    upstreams: [[unreadableQuota, OK]],
    asked: [2],
    passes: OK,
  },
  {
    name: "the words behind the first 16 KiB are not seen",
    upstreams: [[longQuota, OK]],
    asked: [2],
    passes: OK,
  },
  { name: "a long answer is passed on whole", upstreams: [[longQuota]], asked: [3], passes: longQuota },
  {
    name: "a body that trickles is waited for a second at most",
    upstreams: [[trickledQuota, OK]],
    asked: [2],
    passes: OK,
    gaps: [[900, 7000]],
  },
  ...['{"error":', "{}", "null", "[]", '"quota"', '{"error":"insufficient_quota"}', '{"error":{"code":{}}}', ""].map(
    (body): Case => ({
      name: `JSON that says nothing: ${body}`,
      upstreams: [[answer(429, body), OK]],
      asked: [2],
      passes: OK,
    }),
  ),
  {
    name: "a text that only looks like JSON",
    upstreams: [[answer(429, openaiQuota().body, ["Content-Type: text/plain"]), OK]],
    asked: [2],
    passes: OK,
  },
];

testCases([...single, ...pools, ...others]);
