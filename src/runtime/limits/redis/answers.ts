// Reads what the scripts answer.

import type { BudgetPeriod } from "../../../plan/usage.ts";
import type { Bound } from "../budgets.ts";
import type { BudgetUnit, Used } from "../client-usage.ts";
import type { AdmissionAnswer, ChargeEffect, SharedUsage } from "../shared/shared-counts.ts";

const PERIODS: readonly BudgetPeriod[] = ["day", "week", "month", "total"];
const UNITS: readonly BudgetUnit[] = ["tokens", "usd"];

/** @param bounds those that the script was given: it names one by its index */
export function readAdmission(answer: unknown, bounds: readonly Bound[]): AdmissionAnswer {
  const [kind, what, seconds, at] = listOf(answer);
  switch (kind) {
    case "admitted":
      return { kind, at: numberOf(what) };
    case "undone":
      return { kind };
    case "rate_limited":
      return { kind, by: oneOf(what, ["route", "subject", "tokens"]), retryAfterSeconds: numberOf(seconds) };
    case "full":
      return { kind, what: oneOf(what, ["downstream", "subject", "gate"]) };
    case "too_large": {
      const bound = bounds[numberOf(what)];
      return { kind, per: bound?.per ?? "minute", unit: bound?.unit ?? "tokens" };
    }
    case "budget_exceeded": {
      const bound = bounds[numberOf(what)];
      if (bound === undefined) throw unexpected();
      const retryAfterSeconds = numberOf(seconds) < 0 ? undefined : numberOf(seconds);
      return { kind, retryAfterSeconds, per: bound.per, unit: bound.unit, at: numberOf(at) };
    }
    default:
      throw unexpected();
  }
}

export function readEffect(answer: unknown, day: number): ChargeEffect {
  const [tokens, ticks, ...used] = numbersOf(answer);
  return {
    day,
    added: { tokens: numberOf(tokens), ticks: numberOf(ticks) },
    used: (per, unit) => numberOf(used[placeOf(per, unit)]),
  };
}

export function readEffects(answer: unknown, days: readonly { readonly day: number }[]): ChargeEffect[] {
  const effects = listOf(answer);
  return days.map(({ day }, i) => readEffect(effects[i], day));
}

export function readUsage(answer: unknown): SharedUsage {
  const [at, ...amounts] = numbersOf(answer);
  return {
    at: numberOf(at),
    of: (per, unit): Used => {
      const place = 2 * placeOf(per, unit);
      return { settled: numberOf(amounts[place]), reserved: numberOf(amounts[place + 1]) };
    },
  };
}

function placeOf(per: BudgetPeriod, unit: BudgetUnit): number {
  return UNITS.length * PERIODS.indexOf(per) + UNITS.indexOf(unit);
}

function listOf(answer: unknown): readonly unknown[] {
  if (!Array.isArray(answer)) throw unexpected();
  return answer;
}

/** @param answer whole numbers with spaces between them */
function numbersOf(answer: unknown): number[] {
  if (typeof answer !== "string" || !/^\d+( \d+)*$/.test(answer)) throw unexpected();
  return answer.split(" ").map(Number);
}

function numberOf(value: unknown): number {
  if (typeof value !== "number") throw unexpected();
  return value;
}

function oneOf<T extends string>(value: unknown, known: readonly T[]): T {
  const found = known.find((each) => each === value);
  if (found === undefined) throw unexpected();
  return found;
}

/** It does not say what came: that may be anything. */
function unexpected(): Error {
  return new Error("Redis gave an answer that our scripts don't give");
}
