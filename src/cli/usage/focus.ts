// Prints the sums of the ledger as CSV with the columns of FOCUS 1.2, the FinOps Open Cost and Usage Specification.

import type { Group, SumsRow } from "../../runtime/usage/ledger/read-ledger.ts";
import { type Cell, csvText } from "./csv.ts";
import { usdText } from "./sums-report.ts";

/** The 21 columns that FOCUS 1.2 requires, in its order, and our own ones, which begin with `x_`. */
const COLUMNS = [
  "BilledCost",
  "BillingAccountId",
  "BillingAccountName",
  "BillingCurrency",
  "BillingPeriodEnd",
  "BillingPeriodStart",
  "ChargeCategory",
  "ChargeClass",
  "ChargeDescription",
  "ChargePeriodEnd",
  "ChargePeriodStart",
  "ContractedCost",
  "EffectiveCost",
  "InvoiceIssuerName",
  "ListCost",
  "PricingQuantity",
  "PricingUnit",
  "ProviderName",
  "PublisherName",
  "ServiceCategory",
  "ServiceName",
  "x_Client",
  "x_Route",
  "x_Upstream",
  "x_Model",
  "x_Requests",
  "x_UnpricedRequests",
  "x_InputTokens",
  "x_CacheReadTokens",
  "x_CacheWriteTokens",
  "x_OutputTokens",
  "x_ReasoningTokens",
] as const;

type Column = (typeof COLUMNS)[number];

/** Stands where FOCUS wants a name, and the rows are not grouped by what would give it. */
const GATEWAY = "ai-gw-lite";
const HOUR_MS = 3_600_000;

export interface FocusSpan {
  readonly since: number | undefined;
  readonly until: number | undefined;
  /** Holds `day` or `hour`. */
  readonly by: readonly Group[];
}

/**
 * A row for each group and charge period. Periods are cut off where the span begins or ends within them.
 * FOCUS allows no cost that is empty: one that is not known is 0, and `x_UnpricedRequests` says so.
 */
export function focusCsv(span: FocusSpan, rows: readonly SumsRow[]): string {
  const cells = rows.map((row) => {
    const values = valuesOf(span, row);
    return COLUMNS.map((column) => values[column]);
  });
  return csvText(COLUMNS, cells);
}

function valuesOf(span: FocusSpan, row: SumsRow): Record<Column, Cell> {
  const { tokens, requests, unpriced, costTicks } = row;
  const nameOf = (group: Group): string | null => row.group[span.by.indexOf(group)] ?? null;
  const [start, end] = chargePeriod(span, nameOf("hour"), nameOf("day"));
  const [monthStart, monthEnd] = monthOf(start);
  const cost = { number: usdText(costTicks ?? 0) };
  const [upstream, model] = [nameOf("upstream"), nameOf("model")];
  return {
    BilledCost: cost,
    BillingAccountId: GATEWAY,
    BillingAccountName: null,
    BillingCurrency: "USD",
    BillingPeriodEnd: timeText(monthEnd),
    BillingPeriodStart: timeText(monthStart),
    ChargeCategory: "Usage",
    ChargeClass: null,
    ChargeDescription: model === null ? "Tokens of AI models" : `Tokens of ${model}`,
    ChargePeriodEnd: timeText(end),
    ChargePeriodStart: timeText(start),
    ContractedCost: cost,
    EffectiveCost: cost,
    InvoiceIssuerName: upstream ?? GATEWAY,
    ListCost: cost,
    PricingQuantity: { number: String((tokens.input_tokens ?? 0) + (tokens.output_tokens ?? 0)) },
    PricingUnit: "Tokens",
    ProviderName: upstream ?? GATEWAY,
    PublisherName: upstream ?? GATEWAY,
    ServiceCategory: "AI and Machine Learning",
    ServiceName: model ?? "AI models",
    x_Client: nameOf("client"),
    x_Route: nameOf("route"),
    x_Upstream: upstream,
    x_Model: model,
    x_Requests: { number: String(requests) },
    x_UnpricedRequests: { number: String(unpriced) },
    x_InputTokens: count(tokens.input_tokens),
    x_CacheReadTokens: count(tokens.cache_read_tokens),
    x_CacheWriteTokens: count(tokens.cache_write_tokens),
    x_OutputTokens: count(tokens.output_tokens),
    x_ReasoningTokens: count(tokens.reasoning_tokens),
  };
}

function count(value: number | null): Cell {
  return value === null ? null : { number: String(value) };
}

/** @returns start and end, ms since the epoch */
function chargePeriod({ since, until }: FocusSpan, hour: string | null, day: string | null): [number, number] {
  const start = Date.parse(hour ?? `${day}T00:00:00Z`);
  const end = start + (hour === null ? 24 : 1) * HOUR_MS;
  return [Math.max(start, since ?? start), Math.min(end, until ?? end)];
}

/** The calendar month of a moment. FOCUS wants a billing period, and providers bill by the month. */
function monthOf(ms: number): [number, number] {
  const date = new Date(ms);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return [Date.UTC(year, month), Date.UTC(year, month + 1)];
}

/** FOCUS wants whole seconds. */
function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
