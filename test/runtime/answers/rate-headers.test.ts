// Checks until when an upstream cools because its headers say that nothing is left of a limit.

import { describe, expect, it, test } from "vitest";
import { usedUpUntil } from "../../../src/runtime/upstream/answers/rate-headers.ts";

const NOW = Date.parse("2026-11-27T12:00:00Z");

/** The headers of OpenAI and Groq (Pythagora-io/gpt-pilot, issue 862). */
function openAi(
  remainingRequests: string,
  resetRequests: string,
  remainingTokens: string,
  resetTokens: string,
): string[] {
  return [
    ["date", "Fri, 27 Nov 2026 12:00:00 GMT"],
    ["openai-processing-ms", "0"],
    ["x-ratelimit-limit-requests", "14400"],
    ["x-ratelimit-limit-tokens", "18000"],
    ["x-ratelimit-remaining-requests", remainingRequests],
    ["x-ratelimit-remaining-tokens", remainingTokens],
    ["x-ratelimit-reset-requests", resetRequests],
    ["x-ratelimit-reset-tokens", resetTokens],
  ].flat();
}

function anthropic(kind: string, remaining: string, reset: string): string[] {
  return [`Anthropic-RateLimit-${kind}-Remaining`, remaining, `anthropic-ratelimit-${kind}-reset`, reset];
}

describe("OpenAI's headers", () => {
  it.each<[headers: readonly string[], aheadMs: number | undefined]>([
    [openAi("14370", "2m59.56s", "17997", "7.66s"), undefined],
    [openAi("14370", "2m59.56s", "0", "7.66s"), 7660],
    [openAi("0", "2m59.56s", "17997", "7.66s"), 179_560],
    [openAi("0", "6m0s", "0", "120ms"), 360_000],
    [openAi("0", "120ms", "0", "6m0s"), 360_000],
    // Azure's Responses API (openai/openai-dotnet, issue 838).
    [openAi("-1", "0", "-1", "0"), undefined],
    [openAi("-1", "5s", "-1", "5s"), undefined],
    [openAi("0", "0", "0", "0s"), undefined],
    [openAi("00", "1s", "0.0", "1s"), undefined],
    [["x-ratelimit-remaining-tokens", "0"], undefined],
    [["x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-requests", "5s"], undefined],
    [["X-RateLimit-Remaining-Tokens", "0", "X-RATELIMIT-RESET-TOKENS", "5s"], 5000],
    [["x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens", "5s", "x-ratelimit-reset-tokens", "9s"], 9000],
    // Cerebras: plain seconds, and a limit for each day.
    [["x-ratelimit-remaining-requests-day", "0", "x-ratelimit-reset-requests-day", "26.25"], 26_250],
    [["x-ratelimit-remaining-requests-day", "0", "x-ratelimit-reset-requests-day", "33011.5"], 3_600_000],
  ])("%j: %s ms", (headers, aheadMs) => {
    expect(usedUpUntil(headers, NOW)).toBe(aheadMs === undefined ? undefined : NOW + aheadMs);
  });
});

describe("Anthropic's headers", () => {
  it.each<[headers: readonly string[], aheadMs: number | undefined]>([
    [anthropic("requests", "49", "2026-11-27T12:00:30Z"), undefined],
    [anthropic("requests", "0", "2026-11-27T12:00:30Z"), 30_000],
    [anthropic("input-tokens", "0", "2026-11-27T13:00:30+01:00"), 30_000],
    [anthropic("output-tokens", "0", "2026-11-27T12:00:00.500Z"), 500],
    [anthropic("tokens", "0", "2026-11-27T11:59:59Z"), undefined],
    [anthropic("tokens", "0", "2026-12-27T12:00:00Z"), 3_600_000],
    [anthropic("tokens", "0", "2026-11-99T12:00:00Z"), undefined],
    [
      [...anthropic("requests", "0", "2026-11-27T12:00:10Z"), ...anthropic("tokens", "0", "2026-11-27T12:00:50Z")],
      50_000,
    ],
    // The share of the priority tier: below it the standard tier serves.
    [
      [
        "anthropic-priority-input-tokens-remaining",
        "0",
        "anthropic-priority-input-tokens-reset",
        "2026-11-27T12:01:00Z",
      ],
      undefined,
    ],
  ])("%j: %s ms", (headers, aheadMs) => {
    expect(usedUpUntil(headers, NOW)).toBe(aheadMs === undefined ? undefined : NOW + aheadMs);
  });
});

test.each([
  ["1h2m3.5s", 3_600_000],
  ["59m3.5s", 3_543_500],
  ["1s", 1000],
  ["60", 60_000],
  ["1.5", 1500],
  ["1m", 60_000],
  ["-5s", undefined],
  ["5", 5000],
  ["5 s", undefined],
  ["s", undefined],
  ["", undefined],
  ["1764244860", undefined],
  ["5s!", undefined],
  ["1d", undefined],
])("a reset of %j is %s ms ahead", (reset, aheadMs) => {
  const until = usedUpUntil(["x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens", reset], NOW);
  expect(until).toBe(aheadMs === undefined ? undefined : NOW + aheadMs);
});

test("other headers with a value of 0 are not taken for a limit", () => {
  const headers = [
    "age",
    "0",
    "x-envoy-upstream-service-time",
    "0",
    "openai-processing-ms",
    "0",
    "content-length",
    "0",
  ];
  expect(usedUpUntil(headers, NOW)).toBeUndefined();
});
