// Makes the ledger's line of an exchange.

import { TICKS_PER_USD } from "../../plan/usage.ts";
import type { ExchangeRecord } from "../exchange/record.ts";
import { isoTimes } from "../iso-time.ts";
import type { ExchangeUsage } from "../usage/exchange-usage.ts";
import type { LedgerLine } from "../usage/ledger-line.ts";

const isoTime = isoTimes();

/** @param at when the exchange was admitted, ms since the epoch */
export function ledgerLine(
  record: ExchangeRecord,
  usage: ExchangeUsage,
  { at, streams }: { readonly at: number; readonly streams: boolean },
): LedgerLine {
  const { counts, known } = usage.report;
  return {
    at: isoTime(at),
    request_id: record.id,
    client: record.client?.label ?? "",
    route: record.route?.id ?? "",
    upstream: record.upstream?.id ?? "",
    model: usage.model ?? null,
    requested_model: usage.requestedModel ?? null,
    usage: known,
    input_tokens: counts.input,
    cache_read_tokens: counts.cacheRead,
    cache_write_tokens: counts.cacheWrite,
    output_tokens: counts.output,
    reasoning_tokens: counts.reasoning,
    cost_usd: usage.costTicks === null ? null : usage.costTicks / TICKS_PER_USD,
    price: usage.price,
    charged_tokens: usage.charged.tokens,
    charged_usd: usage.charged.ticks / TICKS_PER_USD,
    stream: streams,
    status: record.status,
    outcome: record.outcome,
    duration_ms: rounded(record.endedAt - record.startedAt),
    ttft_ms: usage.ttftMs === null ? null : rounded(usage.ttftMs),
    attempts: record.attempts,
  };
}

/** Milliseconds, with three places. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
