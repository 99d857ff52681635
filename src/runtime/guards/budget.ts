// Reserves what a request may use of its client's budgets and tokens per minute (contract, section 12, "Reserve, then settle").

import type { Exchange, ModelNames } from "../../plan/exchange.ts";
import { type Reply, replyFor } from "../../plan/replies.ts";
import type { BudgetStepSpec, Guard, Verdict } from "../../plan/steps.ts";
import type { Charge, ClientBudgets } from "../../plan/usage.ts";
import type { Clock } from "../clock.ts";
import type { Reserved } from "../limits/budgets.ts";
import type { GuardMetering } from "../metering/charging.ts";
import { estimateTokens } from "../model/token-estimate.ts";

/** What the guard asks of other parts. */
export interface BudgetParts extends Omit<GuardMetering, "budgets"> {
  /** Reserves an estimate in the budgets of a client, or keeps it until all limits of the request are asked for at once. */
  readonly reserve: (x: Exchange, client: string, limits: ClientBudgets, estimate: Charge) => Verdict;
}

/** Reserves in the budgets of this process. */
export function reserveIn({ budgets }: Pick<GuardMetering, "budgets">, clock: Clock): BudgetParts["reserve"] {
  return (x, client, limits, estimate) => {
    const now = clock.now();
    const answer = budgets.reserve(client, limits, estimate, now);
    if (answer.kind !== "admitted") return budgetRefusal(x, answer, now);
    x.reserve(answer.reservation);
    return undefined;
  };
}

const UNREADABLE = replyFor("model_unreadable");
const NOT_IN_QUERY = replyFor("model_unreadable", {
  message:
    "This client has a budget in USD, so a WebSocket has to name its model when it is opened: add ?model=NAME to its URL.",
});
const UNPRICED = replyFor("model_not_allowed", {
  message:
    "The gateway knows no price for the model of this request, and this client has a budget in USD. Use another model, or add the price to usage.prices in the gateway's config.",
});
const UNPRICED_CAUSE = "no price is known for the model, and the client has a budget in USD";
const TOO_LARGE = replyFor("request_exceeds_budget");
const TOO_LITTLE = "Too little is left of this client's budget for this request.";
const USED_UP = replyFor("budget_exceeded", {
  message: `${TOO_LITTLE} This budget never resets. Ask for a larger budget.`,
  retryAfterSeconds: null,
});
const RATE_MESSAGE =
  "This client has reached its limit of tokens per minute, over all routes. Wait as long as the retry-after header says, or set a smaller max_tokens.";
const RATE_CAUSE = "the client's own limit of tokens per minute";

export function budget({ scanBytes, idleMs, unpriced, hosts }: BudgetStepSpec, parts: BudgetParts): Guard {
  const { reserve, isNeverMetered, estimate } = parts;

  /** The price at the dearest upstream: which of them it will be is not known yet. */
  function costOf(model: string, input: number, output: number): number | undefined {
    let dearest: number | undefined;
    for (const host of hosts) {
      const cost = estimate({ model, host, input, output });
      if (cost !== undefined && cost >= (dearest ?? 0)) dearest = cost;
    }
    return dearest;
  }

  /** What a request may cost. With several models, that of the dearest: which of them counts is the upstream's decision. */
  function estimateOf(x: Exchange, models: readonly string[], needsPrice: boolean): Charge | undefined {
    const { input, output } = estimateTokens(x.readSize(scanBytes));
    let ticks = 0;
    for (const model of models) {
      const cost = costOf(model, input, output);
      if (cost === undefined && needsPrice) return undefined;
      ticks = Math.max(ticks, cost ?? 0);
    }
    return { tokens: input + output, ticks };
  }

  function verdictOn(x: Exchange, client: string, limits: ClientBudgets, models: ModelNames): Verdict {
    if (models === undefined) return UNREADABLE;
    // Requests that carry no model by nature are answered by none. A WebSocket may name its models later.
    if (models.length === 0 && !x.asksWebSocket) return undefined;
    const needsPrice = unpriced === "deny" && limits.budgets.some(({ maxTicks }) => maxTicks !== undefined);
    if (models.length === 0 && needsPrice) return NOT_IN_QUERY;
    const charge = estimateOf(x, models, needsPrice);
    if (charge === undefined) {
      x.noteCause(UNPRICED_CAUSE);
      return UNPRICED;
    }
    return reserve(x, client, limits, charge);
  }

  return function budget(x) {
    const { client } = x;
    const access = client?.access;
    if (client === undefined || access === undefined || !hasLimits(access)) return undefined;
    if (!x.asksWebSocket && isNeverMetered(x.method, x.path)) return undefined;
    const models = x.readModels(scanBytes, idleMs);
    // The books have the names of the ledger.
    return models instanceof Promise
      ? models.then((late) => verdictOn(x, client.label, access, late))
      : verdictOn(x, client.label, access, models);
  };
}

function hasLimits({ tokensPerMinute, budgets }: ClientBudgets): boolean {
  return tokensPerMinute !== undefined || budgets.length > 0;
}

/** Why the budgets of a client refuse a request. */
export type BudgetRefusal = Exclude<Reserved, { readonly kind: "admitted" }>;

/**
 * The log says which limit it was: the reply does not tell a client how much it may use.
 * @param now ms since the epoch, on the clock that decided
 */
export function budgetRefusal(x: Exchange, answer: BudgetRefusal, now: number): Reply {
  switch (answer.kind) {
    case "rate_limited":
      x.noteCause(RATE_CAUSE);
      return replyFor("rate_limited", { message: RATE_MESSAGE, retryAfterSeconds: answer.retryAfterSeconds });
    case "budget_exceeded":
      x.noteCause(limitName(answer));
      return answer.retryAfterSeconds === undefined ? USED_UP : usedUpFor(answer.retryAfterSeconds, now);
    case "too_large":
      x.noteCause(limitName(answer));
      return TOO_LARGE;
  }
}

/**
 * Users of most clients don't see headers, so the message has the time, too. "Please retry in" are the words of Gemini's API: where they
 * name more than 5 minutes, Gemini CLI (tried with 0.61.0) ends at once. Without them it tries again for minutes.
 */
function usedUpFor(seconds: number, now: number): Reply {
  // Periods begin at midnight. The wait is in whole seconds, rounded up.
  const day = new Date(now + seconds * 1000).toISOString().slice(0, "2026-11-28".length);
  return replyFor("budget_exceeded", {
    message: `${TOO_LITTLE} The next period begins on ${day}, 00:00 UTC. Please retry in ${seconds}s, or ask for a larger budget.`,
    retryAfterSeconds: seconds,
  });
}

function limitName({ per, unit }: Extract<Reserved, { readonly per: string }>): string {
  if (per === "minute") return RATE_CAUSE;
  return `the client's budget in ${unit === "usd" ? "USD" : "tokens"} ${per === "total" ? "in total" : `per ${per}`}`;
}
