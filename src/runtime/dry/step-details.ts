// Says in a few words what a step of a dry run looked at: who the client is, and what it may do.

import type { ClientAccess, Exchange } from "../../plan/exchange.ts";
import type { StepKind, Verdict } from "../../plan/steps.ts";
import { type BudgetPeriod, type ClientBudgets, TICKS_PER_USD } from "../../plan/usage.ts";
import type { DryModel } from "./dry-model.ts";

/** What is known of a request after a step. */
export interface StepFacts extends Pick<Exchange, "client"> {
  /** Why it was refused, where the reply does not say it. */
  readonly cause: string | undefined;
  readonly model: DryModel;
}

/** The detail of a step: for a refusal its outcome, and the reason in brackets. @returns `undefined` where there is nothing to say */
export function stepDetail(kind: StepKind, verdict: Verdict, facts: StepFacts): string | undefined {
  const looked = verdict?.outcome === "preflight" ? undefined : lookedAt(kind, verdict, facts);
  if (verdict === undefined) return looked;
  return looked === undefined ? verdict.outcome : `${verdict.outcome} (${looked})`;
}

function lookedAt(kind: StepKind, verdict: Verdict, { client, cause, model }: StepFacts): string | undefined {
  const access = client?.access;
  switch (kind) {
    case "auth":
      return client === undefined ? cause : access === undefined ? client.label : `client ${client.label}`;
    case "routeScope":
      return allowed("routes", access?.routes);
    case "clientRate":
      return access?.ratePerMinute === undefined ? NO_LIMIT : `at most ${access.ratePerMinute} per minute`;
    case "modelScope":
      return verdict === undefined && scopeDecides(access, model)
        ? `the model decides, ${allowed("models", access?.models)}`
        : allowed("models", access?.models);
    case "budget":
      return access === undefined ? NO_LIMIT : budgetsOf(access);
    case "clientInflight":
      return access?.maxInflight === undefined ? NO_LIMIT : `at most ${access.maxInflight} at one time`;
    default:
      return undefined;
  }
}

const NO_LIMIT = "no limit of its own";

/** Whether the models of the client decide about a request whose model is not known. */
export function scopeDecides(access: ClientAccess | undefined, model: DryModel): boolean {
  return access?.models !== undefined && model.kind === "unknown";
}

function budgetsOf({ budgets, tokensPerMinute }: ClientBudgets): string {
  const limits = budgets.flatMap(({ per, maxTicks, maxTokens }) => [
    ...(maxTicks === undefined ? [] : [`${maxTicks / TICKS_PER_USD} USD ${lasting(per)}`]),
    ...(maxTokens === undefined ? [] : [`${maxTokens} tokens ${lasting(per)}`]),
  ]);
  if (tokensPerMinute !== undefined) limits.push(`${tokensPerMinute} tokens per minute`);
  return limits.length === 0 ? NO_LIMIT : `at most ${limits.join(", ")}`;
}

function lasting(per: BudgetPeriod): string {
  return per === "total" ? "in total" : `per ${per}`;
}

function allowed(what: "routes" | "models", names: readonly string[] | undefined): string {
  if (names === undefined) return `allowed: all ${what}`;
  if (names.length === 0) return `allowed: no ${what}`;
  return `allowed: ${names.length === 1 ? what.slice(0, -1) : what} ${names.join(", ")}`;
}
