// Adds usage to sample summaries: tokens and costs by client, model and route, and budgets.

import type { Summary } from "../../src/ui/summary.ts";
import type { BudgetFigures, UsageFigures, Used } from "../../src/ui/usage.ts";

const HOUR = 3_600_000;

/** What some records used. Without a price, no cost is known. @param perMtok USD per million tokens */
export function used(records: number, perMtok: number | null, { untold = 0, unpriced = 0 } = {}): Used {
  const input = records * 5230;
  const output = records * 410;
  return {
    records,
    records_without_tokens: untold,
    records_without_cost: perMtok === null ? records : unpriced,
    input_tokens: input,
    input_cached_tokens: Math.round(input * 0.62),
    output_tokens: output,
    cost_usd: perMtok === null ? null : ((input + 4 * output) * perMtok) / 1e6,
  };
}

export const NOTHING: Used = used(0, 1);

/** The same for an hour and a day, which has 19 times as much. */
function figures(records: number, perMtok: number | null, facts: Parameters<typeof used>[2] = {}): UsageFigures {
  return { usage_1h: used(records, perMtok, facts), usage_24h: used(19 * records, perMtok, facts) };
}

const SHARES = [0.44, 0.31, 0.16, 0.05, 0.03, 0.01];

/** Adds usage to the summary of a busy gateway. */
export function withUsage(summary: Summary): Summary {
  const total = summary.total_requests_1h;
  const budget = (
    client: string,
    per: BudgetFigures["per"],
    unit: BudgetFigures["unit"],
    [used, reserved, max]: readonly [number, number, number],
    hours?: number,
  ): BudgetFigures => ({
    ...{ client, per, unit, used, reserved, max },
    ...(hours === undefined ? {} : { ends_at_unix_ms: Math.floor(summary.generated_at_unix_ms / HOUR + hours) * HOUR }),
  });
  const tokens = summary.tokens.map((token, at) => {
    const facts = at === 1 ? { unpriced: 12 } : at === 2 ? { untold: 3, unpriced: 3 } : {};
    const part = figures(Math.round(total * (SHARES[at % 6] ?? 0)), at === 5 ? null : 1.1, facts);
    return { ...token, ...part };
  });
  const shares = [0.56, 0.3, 0.11, 0.03];
  const routes = summary.routes.map((route, at) => {
    const free = route.route_id.startsWith("local");
    const share = route.route_id === "__unmatched__" ? 0 : (shares[at % 4] ?? 0);
    return { ...route, ...figures(Math.round(total * share), free ? null : 1.1) };
  });
  return {
    ...summary,
    ...figures(total, 1.07, { untold: 3, unpriced: 265 }),
    tokens,
    routes,
    models: [
      { model: "gpt-5.1-mini", ...figures(Math.round(total * 0.5), 0.31) },
      { model: "claude-sonnet-4-5-20250929", ...figures(Math.round(total * 0.3), 3) },
      { model: "mistral-medium-latest", ...figures(Math.round(total * 0.11), 0.4) },
      { model: "text-embedding-3-small", ...figures(4, 0.0001) },
      { model: "other", ...figures(Math.round(total * 0.03), null) },
    ],
    budgets: [
      budget("team-search", "month", "usd", [1834.2, 1.25, 2500], 17 * 24 - 14),
      budget("team-search", "day", "tokens", [38_120_400, 41_000, 60_000_000], 10),
      budget("nightly-evaluation.eu", "week", "usd", [204.36, 0, 200], 34),
      budget("intern", "day", "usd", [4.71, 0.12, 5], 10),
      budget("intern", "total", "usd", [12.5, 0.12, 100]),
    ],
  };
}
