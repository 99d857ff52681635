// Checks what a dry run says about the budgets of a client.

import { expect, it } from "vitest";
import type { ClientAccess } from "../../src/plan/exchange.ts";
import { replyFor } from "../../src/plan/replies.ts";
import { type BudgetSpec, TICKS_PER_USD } from "../../src/plan/usage.ts";
import { type StepFacts, stepDetail } from "../../src/runtime/dry/step-details.ts";

const ALL: ClientAccess = {
  routes: undefined,
  models: undefined,
  ratePerMinute: undefined,
  maxInflight: undefined,
  tokensPerMinute: undefined,
  budgets: [],
};

const BUDGETS: readonly BudgetSpec[] = [
  { per: "month", maxTicks: 12.5 * TICKS_PER_USD, maxTokens: 1000 },
  { per: "total", maxTicks: undefined, maxTokens: 5000 },
];

function facts(access: ClientAccess | undefined): StepFacts {
  return { client: { id: "client a", label: "a", access }, cause: undefined, model: { kind: "unknown" } };
}

it.each<[string, ClientAccess | undefined, string]>([
  ["a token without a client", undefined, "no limit of its own"],
  ["a client without budgets", ALL, "no limit of its own"],
  ["tokens per minute", { ...ALL, tokensPerMinute: 90_000 }, "at most 90000 tokens per minute"],
  [
    "all limits",
    { ...ALL, tokensPerMinute: 7, budgets: BUDGETS },
    "at most 12.5 USD per month, 1000 tokens per month, 5000 tokens in total, 7 tokens per minute",
  ],
])("%s", (_, access, detail) => {
  expect(stepDetail("budget", undefined, facts(access))).toBe(detail);
  expect(stepDetail("budget", replyFor("request_exceeds_budget"), facts(access))).toBe(
    `request_exceeds_budget (${detail})`,
  );
});
