// Checks which answers are understood as a spent quota, on the bodies of the providers.

import { expect, test } from "vitest";
import { isSpentQuota } from "../../../src/runtime/upstream/answers/quota.ts";
import * as bodies from "./bodies.ts";

const NONE: readonly string[] = [];
const RETRY_AFTER = ["Retry-After", "12"];

test.each<[name: string, status: number, headers: readonly string[], body: string, quota: boolean]>([
  ["OpenAI: spent", 429, NONE, bodies.OPENAI_QUOTA, true],
  ["OpenAI: spent, with a time", 429, RETRY_AFTER, bodies.OPENAI_QUOTA, true],
  ["OpenAI: spent, by its type alone", 429, NONE, bodies.OPENAI_QUOTA_2023, true],
  ["OpenAI: no credit", 429, NONE, bodies.openAiSpent("credit_balance_exhausted"), true],
  ["OpenAI: the organization's limit", 429, NONE, bodies.openAiSpent("organization_spend_limit_exceeded"), true],
  ["OpenAI: the project's limit", 429, NONE, bodies.openAiSpent("project_spend_limit_exceeded"), true],
  ["OpenAI: OpenAI's own limit", 429, NONE, bodies.openAiSpent("organization_usage_limit_exceeded"), true],
  ["OpenAI: a code that is not known", 429, NONE, bodies.openAiSpent("new_code", "insufficient_quota"), true],
  ["OpenAI: images", 400, NONE, bodies.OPENAI_HARD_LIMIT, true],
  ["OpenAI: account not active", 429, NONE, bodies.OPENAI_NOT_ACTIVE, true],
  ["OpenAI: rate limit", 429, NONE, bodies.OPENAI_RATE_LIMIT, false],
  ["Groq: rate limit", 429, NONE, bodies.GROQ_RATE_LIMIT, false],
  ["Azure: rate limit", 429, NONE, bodies.AZURE_RATE_LIMIT, false],
  ["OpenRouter: rate limit", 429, NONE, bodies.OPENROUTER_RATE_LIMIT, false],
  ["Moonshot: spent", 429, NONE, bodies.MOONSHOT_QUOTA, true],
  ["Anthropic: rate limit", 429, RETRY_AFTER, bodies.ANTHROPIC_RATE_LIMIT, false],
  ["Anthropic: a time that can't be read", 429, ["retry-after", "soon"], bodies.ANTHROPIC_RATE_LIMIT, false],
  ["Anthropic: without a time", 429, NONE, bodies.ANTHROPIC_RATE_LIMIT, true],
  ["Anthropic: the month's allowance", 429, NONE, bodies.ANTHROPIC_SPENT, true],
  ["Anthropic: the month's allowance, with a time", 429, RETRY_AFTER, bodies.ANTHROPIC_SPENT, true],
  ["Anthropic: overloaded", 529, NONE, bodies.ANTHROPIC_OVERLOADED, false],
  ["Anthropic: too long", 400, NONE, bodies.ANTHROPIC_TOO_LONG, false],
  ["Gemini: per minute", 429, NONE, bodies.GEMINI_PER_MINUTE, false],
  ["Gemini: per day", 429, NONE, bodies.GEMINI_PER_DAY, true],
  ["Gemini: per day, in an array", 429, NONE, `[${bodies.GEMINI_PER_DAY}]`, true],
  ["Vertex: busy", 429, NONE, bodies.VERTEX_BUSY, false],
  ["odd violations", 429, NONE, bodies.GEMINI_PER_DAY.replaceAll(/"quotaId":"[^"]+"/g, '"quotaId":7'), false],
  ["violations that are no array", 429, NONE, bodies.GEMINI_PER_DAY.replace('"violations"', '"x"'), false],
  ["a text about quotas", 429, NONE, '{"error":"insufficient_quota"}', false],
  ["the code elsewhere", 429, NONE, '{"code":"insufficient_quota"}', false],
  ["an error that is an array", 429, NONE, '{"type":"error","error":[]}', false],
  ["an event type", 429, NONE, '{"type":"error"}', false],
  ["an array of anything", 429, NONE, '[null,1,"x",[],{}]', false],
  ["null", 429, NONE, "null", false],
])("%s", (_, status, headers, body, quota) => {
  expect(isSpentQuota(status, headers, JSON.parse(body))).toBe(quota);
});

test("without a body nothing is known of a quota", () => {
  expect(isSpentQuota(429, NONE, undefined)).toBe(false);
});
