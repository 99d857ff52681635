// Checks how long an upstream is understood to ask to wait.

import { afterAll, expect, test, vi } from "vitest";
import { namesWait, toldWait } from "../../../src/runtime/upstream/answers/told-wait.ts";
import { GEMINI_PER_MINUTE, geminiWait, OPENAI_RATE_LIMIT, retryInfo } from "./bodies.ts";

// A date without a time zone must not be taken for local time.
vi.stubEnv("TZ", "Asia/Tokyo");
afterAll(() => vi.unstubAllEnvs());

const NOW = Date.parse("2026-11-27T12:00:00Z");

test.each([
  [[], undefined],
  [["content-type", "text/plain"], undefined],
  [["retry-after", "2"], 2000],
  [["Retry-After", "0"], 0],
  [["retry-after", "1.5"], 1500],
  [["retry-after", "86400"], 86_400_000],
  [["retry-after-ms", "1500"], 1500],
  [["Retry-After-MS", "5300.25"], 5300.25],
  // The three forms of an HTTP date (RFC 9110, section 5.6.7).
  [["retry-after", "Fri, 27 Nov 2026 12:00:30 GMT"], 30_000],
  [["retry-after", "Friday, 27-Nov-26 12:00:30 GMT"], 30_000],
  [["retry-after", "Fri Nov 27 12:00:30 2026"], 30_000],
  [["retry-after", "Fri, 27 Nov 2026 11:59:00 GMT"], 0],
  // Broken values count for nothing.
  [["retry-after", ""], undefined],
  [["retry-after", "-1"], undefined],
  [["retry-after", "soon"], undefined],
  [["retry-after", "2s"], undefined],
  [["retry-after", "1e9"], undefined],
  [["retry-after", "0x10"], undefined],
  [["retry-after", "NaN"], undefined],
  [["retry-after", "Infinity"], undefined],
  [["retry-after", "1764244800"], undefined],
  [["retry-after", "Fri, 99 Nov 2026 12:00:30 GMT"], undefined],
  [["retry-after", "2026"], 2_026_000],
  [["retry-after-ms", "-1"], undefined],
  // Several values.
  [["retry-after", "6", "retry-after-ms", "5300"], 5300],
  [["retry-after", "6", "retry-after-ms", "x"], 6000],
  [["retry-after", "2", "retry-after", "30", "retry-after", "-5"], 30_000],
  [["retry-after-ms", "20", "Retry-After-Ms", "10"], 20],
])("the headers %j ask for %s ms", (rawHeaders, ms) => {
  expect(toldWait(rawHeaders, undefined, NOW)).toBe(ms);
});

test.each([
  ["whole seconds", GEMINI_PER_MINUTE, 38_000],
  ["34s", geminiWait("34s"), 34_000],
  ["34.074s", geminiWait("34.074s"), 34_074],
  ["nanoseconds", geminiWait("34.074824224s"), 34_074.824224],
  ["0.5s", geminiWait("0.5s"), 500],
  ["0s", geminiWait("0s"), 0],
  ["an array, as streams send it", `[${geminiWait("26s")}]`, 26_000],
  ["the longest of two", `[${geminiWait("26s")},${geminiWait("3s")}]`, 26_000],
  ["a negative one", geminiWait("-1s"), undefined],
  ["another unit", geminiWait("500ms"), undefined],
  ["no unit", geminiWait("34"), undefined],
  ["a number", geminiWait(34), undefined],
  ["another type", geminiWait("1s").replace("RetryInfo", "DebugInfo"), undefined],
  ["details that are no array", JSON.stringify({ error: { details: retryInfo("1s") } }), undefined],
  ["details that are no objects", '{"error":{"details":[null,1,"x",[]]}}', undefined],
  ["an error that is a text", '{"error":"x"}', undefined],
  ["another provider", OPENAI_RATE_LIMIT, undefined],
  ["null", "null", undefined],
])("a body with %s", (_, body, ms) => {
  const told = toldWait([], JSON.parse(body), NOW);
  if (ms === undefined) expect(told).toBeUndefined();
  else expect(told).toBeCloseTo(ms, 6);
});

test("the longer of header and body counts", () => {
  const body: unknown = JSON.parse(geminiWait("5s"));
  expect(toldWait(["retry-after", "9"], body, NOW)).toBe(9000);
  expect(toldWait(["retry-after", "1"], body, NOW)).toBe(5000);
});

test.each([
  [["Retry-After", "broken"], true],
  [["retry-after-ms", "1"], true],
  [["x-retry-after", "1"], false],
  [[], false],
])("whether the headers %j name a wait: %s", (rawHeaders, named) => {
  expect(namesWait(rawHeaders)).toBe(named);
});
