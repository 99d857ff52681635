// Checks what the end of an attempt means for the health of its upstream.

import { expect, test } from "vitest";
import type { RetryWord } from "../../../src/plan/forward.ts";
import { type Health, healthOf } from "../../../src/runtime/upstream/answers/health.ts";
import { readAnswer } from "../../../src/runtime/upstream/answers/look.ts";
import { OVERLOADED_EVENT, unanswered } from "../../../src/runtime/upstream/retry.ts";
import * as bodies from "./bodies.ts";

const HOUR = 3_600_000;
const NONE: readonly string[] = [];
const USED_UP: Health = { coolMs: 90_000, reason: "rate limit" };

test.each<[status: number, headers: readonly string[], body: string, injectsKey: boolean, health: Health]>([
  [200, NONE, "", true, "fine"],
  [200, ["retry-after", "5"], "", true, "fine"],
  [302, NONE, "", true, "fine"],
  [400, NONE, "", true, "fine"],
  [400, NONE, bodies.OPENAI_HARD_LIMIT, true, { coolMs: "longest", reason: "quota" }],
  [401, NONE, "", true, { coolMs: "longest", reason: "refused key" }],
  [401, NONE, "", false, "fine"],
  [402, NONE, "", true, { coolMs: "longest", reason: "quota" }],
  [402, NONE, "", false, "fine"],
  // A 403 or 404 is often about one client's model.
  [403, NONE, "", true, "fine"],
  [404, ["retry-after", "5"], "", true, "fine"],
  [429, NONE, "", true, "failed"],
  [429, ["retry-after", "0"], "", true, "failed"],
  [429, ["retry-after", "7"], "", true, { coolMs: 7000, reason: "rate limit" }],
  [429, ["retry-after", "86400"], "", true, { coolMs: HOUR, reason: "rate limit" }],
  [429, NONE, bodies.GEMINI_PER_MINUTE, true, { coolMs: 38_000, reason: "rate limit" }],
  [429, NONE, bodies.GEMINI_PER_DAY, true, { coolMs: "longest", reason: "quota" }],
  [429, NONE, bodies.ANTHROPIC_RATE_LIMIT, true, { coolMs: "longest", reason: "quota" }],
  [429, NONE, bodies.OPENAI_QUOTA, false, "fine"],
  // Nothing is left of a limit, which any response may say (contract, section 14). A time to wait is more exact.
  [429, ["x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "1m30s"], "", true, USED_UP],
  [500, ["x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "1m30s"], "", true, USED_UP],
  [403, ["x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "1m30s"], "", true, USED_UP],
  [
    429,
    ["x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "1m30s", "retry-after", "7"],
    "",
    true,
    { coolMs: 7000, reason: "rate limit" },
  ],
  [429, ["x-ratelimit-remaining-requests", "1", "x-ratelimit-reset-requests", "1m30s"], "", true, "failed"],
  [500, ["retry-after", "7"], "", true, "failed"],
  [501, NONE, "", true, "failed"],
  [520, NONE, "", true, "failed"],
  [502, NONE, "", true, "failed"],
  [503, NONE, "", true, "failed"],
  [503, ["retry-after", "7"], "", true, { coolMs: 7000, reason: "overloaded" }],
  [504, NONE, "", true, "failed"],
  [529, NONE, bodies.ANTHROPIC_OVERLOADED, true, "failed"],
  [529, ["retry-after-ms", "70"], "", true, { coolMs: 70, reason: "overloaded" }],
])("a %d with %j and %s, key of the gateway's own: %s", (status, headers, body, injectsKey, health) => {
  expect(healthOf(readAnswer(status, headers, Buffer.from(body), 0), injectsKey)).toEqual(health);
});

test.each<RetryWord>(["connect_error", "reset", "timeout", "first_byte_timeout"])("%s is a failure", (word) => {
  expect(healthOf({ word, status: undefined, quota: false, reached: false, toldMs: undefined }, true)).toBe("failed");
  expect(healthOf({ word, status: 200, quota: false, reached: true, toldMs: 5 }, true)).toBe("failed");
});

test("so are an error event, and a request that was too slow", () => {
  expect(healthOf(OVERLOADED_EVENT, true)).toBe("failed");
  expect(healthOf(unanswered("upstream_timeout", true, "request"), true)).toBe("failed");
});
