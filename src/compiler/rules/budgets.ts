// Checks the budgets and token limits of clients: that usage is read for them, and that each of them can refuse a request.

import type { BudgetPeriod } from "../../plan/usage.ts";
import type { Path } from "../diagnostics/location.ts";
import type { Budget } from "../schema/config.generated.ts";
import type { CompleteClient } from "../schema/defaults.ts";
import { quote } from "../schema/labels.ts";
import { clientPath } from "./clients.ts";
import { misspells } from "./misspells.ts";
import type { Rule, RuleContext } from "./rule.ts";

const ENABLED = ["usage", "enabled"];

/** Reports limits in tokens or USD without `usage.enabled`: nothing would be counted for them (contract, section 12). */
const usageNeeded: Rule = ({ usage, gateway_auth: { clients } }, context) => {
  const { report, known, written } = context;
  if (usage.enabled || !known(ENABLED)) return;
  if (misspells([], ["usage"], context) || misspells(["usage"], ["enabled"], context)) return;
  const help = written(ENABLED)
    ? "write `enabled: true` in the top-level `usage`"
    : "write `usage:` at the top level, and `enabled: true` indented below it";
  clients.forEach(({ budgets = [], rate_limit }, index) => {
    const tokensPerMinute = rate_limit?.tokens_per_minute !== undefined;
    if (budgets.length === 0 && !tokensPerMinute) return;
    const path = budgets.length === 0 ? ["rate_limit", "tokens_per_minute"] : ["budgets"];
    report({
      code: "rule/usage-needed",
      path: clientPath(index, ...path),
      at: "key",
      message: `${quote(String(path.at(-1)))} can't work: "usage.enabled" is not true, so the gateway does not read what requests use`,
      help,
    });
  });
};

/** Reports a budget without an amount. */
const budgetWithoutLimit: Rule = ({ gateway_auth: { clients } }, context) => {
  clients.forEach(({ budgets = [] }, index) => {
    budgets.forEach(({ usd, tokens }, entry) => {
      const path = clientPath(index, "budgets", entry);
      if (usd !== undefined || tokens !== undefined || misspells(path, ["usd", "tokens"], context)) return;
      context.report({
        code: "rule/budget-without-limit",
        path: [...path, "usd"],
        at: "missing",
        message: 'this budget limits nothing: it has neither "usd" nor "tokens"',
        help: "for example `usd: 50`, or `tokens: 2000000`",
      });
    });
  });
};

type Unit = "usd" | "tokens";
const UNITS: readonly Unit[] = ["usd", "tokens"];

/** One amount of a budget. */
interface Limit {
  readonly per: BudgetPeriod;
  readonly amount: number;
  readonly path: Path;
}

/** The amounts of a client in one unit, as far as they are known, in the order of the file. */
function limitsOf({ budgets = [] }: CompleteClient, index: number, unit: Unit, known: RuleContext["known"]): Limit[] {
  return budgets.flatMap((budget: Budget, entry) => {
    const path = clientPath(index, "budgets", entry);
    const amount = budget[unit];
    if (amount === undefined || !known([...path, unit]) || !known([...path, "per"])) return [];
    return [{ per: budget.per, amount, path: [...path, unit] }];
  });
}

/** Reports a second budget for the same period in the same unit. */
const duplicateBudget: Rule = ({ gateway_auth: { clients } }, { report, known }) => {
  clients.forEach((client, index) => {
    for (const unit of UNITS) {
      const first = new Map<BudgetPeriod, Limit>();
      for (const limit of limitsOf(client, index, unit, known)) {
        const other = first.get(limit.per);
        if (other === undefined) {
          first.set(limit.per, limit);
          continue;
        }
        report({
          code: "rule/duplicate-budget",
          path: limit.path,
          message: `this client has a budget in ${unit === "usd" ? "USD" : "tokens"} for this period already`,
          help: "keep one of the two, or correct `per`",
          related: [{ path: other.path, message: "the first one" }],
        });
      }
    }
  });
};

/** A budget of the period `per` never refuses a request if it is at least `times` as large as that of the period `beside`. */
interface Useless {
  readonly per: BudgetPeriod;
  readonly beside: BudgetPeriod;
  readonly times: number;
}

/**
 * A day lies in one week and one month, but a week may lie in two months. A month lies in at most six weeks. What a client uses in
 * a period lies in `total` as a whole.
 */
const USELESS: readonly Useless[] = [
  { per: "day", beside: "week", times: 1 },
  { per: "day", beside: "month", times: 1 },
  { per: "day", beside: "total", times: 1 },
  { per: "week", beside: "total", times: 1 },
  { per: "month", beside: "total", times: 1 },
  { per: "week", beside: "day", times: 7 },
  { per: "month", beside: "day", times: 31 },
  { per: "week", beside: "month", times: 2 },
  { per: "month", beside: "week", times: 6 },
];

/** Reports a budget that another one of the client makes useless. */
const budgetNeverBinds: Rule = ({ gateway_auth: { clients } }, { report, known }) => {
  clients.forEach((client, index) => {
    for (const unit of UNITS) {
      // Of two for the same period, the second is an error.
      const limits = new Map(limitsOf(client, index, unit, known).map((limit) => [limit.per, limit]));
      const told = new Set<BudgetPeriod>();
      for (const { per, beside, times } of USELESS) {
        const [limit, other] = [limits.get(per), limits.get(beside)];
        if (limit === undefined || other === undefined || limit.amount < other.amount * times) continue;
        // Of two that make each other useless, one stays.
        if (told.has(per) || told.has(beside)) continue;
        told.add(per);
        report({
          code: "rule/limit-never-binds",
          path: limit.path,
          message: `this budget has no effect: the budget of ${shown(beside)} is used up first`,
          help: "lower it, or remove it",
          related: [{ path: other.path, message: `the budget of ${shown(beside)}` }],
        });
      }
    }
  });
};

function shown(period: BudgetPeriod): string {
  return period === "total" ? "`per: total`" : `the ${period}`;
}

/** Reports tokens per minute that a budget in tokens never lets a client reach: what counts in a minute counts there, too. */
const tokenRateNeverBinds: Rule = ({ gateway_auth: { clients } }, { report, known }) => {
  clients.forEach((client, index) => {
    const perMinute = client.rate_limit?.tokens_per_minute;
    if (perMinute === undefined) return;
    const tighter = limitsOf(client, index, "tokens", known).find(({ amount }) => amount <= perMinute);
    if (tighter === undefined) return;
    report({
      code: "rule/limit-never-binds",
      path: clientPath(index, "rate_limit", "tokens_per_minute"),
      message: `"tokens_per_minute" has no effect: the budget of ${shown(tighter.per)} allows no more tokens than that`,
      help: "lower it, or remove it",
      related: [{ path: tighter.path, message: `the budget of ${shown(tighter.per)}` }],
    });
  });
};

export const BUDGET_RULES: readonly Rule[] = [
  usageNeeded,
  budgetWithoutLimit,
  duplicateBudget,
  budgetNeverBinds,
  tokenRateNeverBinds,
];
