// Lists the metrics of tokens, costs and budgets (contract, section 13), and writes their values.

import { TICKS_PER_USD } from "../../../plan/usage.ts";
import type { ShownBudget } from "../../limits/budgets.ts";
import { usedRatio } from "./budget-rows.ts";
import type { Family } from "./exposition.ts";
import type { UsageMeter } from "./usage-meter.ts";

/** @param budgets the state of all budgets */
export function usageFamilies(usage: UsageMeter, budgets: () => readonly ShownBudget[]): Family[] {
  return [
    {
      type: "counter",
      name: "gateway_tokens_total",
      help: "Tokens of usage records. cache_read and cache_write are parts of input, reasoning is a part of output.",
      write(lines) {
        for (const { routeId: route_id, client, model, tokens } of usage.counters()) {
          for (const [kind, count] of tokens) lines.sample({ route_id, client, model, kind }, count);
        }
      },
    },
    {
      type: "counter",
      name: "gateway_cost_usd_total",
      help: "Cost of usage records whose cost is known, in USD.",
      write(lines) {
        for (const { routeId: route_id, client, model, ticks } of usage.counters()) {
          if (ticks !== undefined) lines.sample({ route_id, client, model }, ticks / TICKS_PER_USD);
        }
      },
    },
    {
      type: "histogram",
      name: "gateway_time_to_first_token_seconds",
      help: "Time from the request's headers to the first byte of the body of a stream.",
      write(lines) {
        for (const [route_id, histogram] of usage.firstTokens) lines.histogram({ route_id }, histogram);
      },
    },
    {
      type: "counter",
      name: "gateway_usage_records_total",
      help: "Usage records, by how much of the usage is known.",
      write(lines) {
        for (const [known, count] of Object.entries(usage.records)) lines.sample({ usage: known }, count);
      },
    },
    {
      type: "counter",
      name: "gateway_usage_unpriced_total",
      help: "Usage records with tokens and without a price.",
      write: (lines) => lines.sample({}, usage.unpriced),
    },
    {
      type: "gauge",
      name: "gateway_budget_used_ratio",
      help: "How much of a client's budget is used in its current period; 1 is all of it.",
      write(lines) {
        for (const [{ client, per, unit }, ratio] of highestRatios(budgets())) {
          lines.sample({ client, per, unit }, ratio);
        }
      },
    },
  ];
}

/** Of several budgets with the same labels, the one that is used up first counts: Prometheus refuses a sample that comes twice. */
function highestRatios(budgets: readonly ShownBudget[]): Iterable<readonly [ShownBudget, number]> {
  const byLabels = new Map<string, readonly [ShownBudget, number]>();
  for (const budget of budgets) {
    const labels = `${budget.per} ${budget.unit} ${budget.client}`;
    const ratio = usedRatio(budget);
    if (ratio > (byLabels.get(labels)?.[1] ?? -1)) byLabels.set(labels, [budget, ratio]);
  }
  return byLabels.values();
}
