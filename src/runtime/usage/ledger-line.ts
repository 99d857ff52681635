// Describes one line of the ledger: the usage record of one exchange (contract, section 13, "Ledger").

import type { UsageKnown } from "./usage-report.ts";

/** The members in the order in which they are written. `null`: not known, or does not apply. */
export interface LedgerLine {
  /** When the exchange began, which decides the periods it belongs to: RFC 3339, UTC, ms. */
  readonly at: string;
  readonly request_id: string;
  /** The client's id, or the label of its token. */
  readonly client: string;
  readonly route: string;
  readonly upstream: string;
  /** The model that served the request, as far as the response named it; else the requested one. */
  readonly model: string | null;
  readonly requested_model: string | null;
  readonly usage: UsageKnown;
  readonly input_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly cache_write_tokens: number | null;
  readonly output_tokens: number | null;
  readonly reasoning_tokens: number | null;
  readonly cost_usd: number | null;
  /** Where the price came from: `config`, `upstream` or `table:DATE`. */
  readonly price: string | null;
  /** What the budgets were charged. */
  readonly charged_tokens: number;
  readonly charged_usd: number;
  readonly stream: boolean;
  /** Of the response; 499 when the client left before its head. */
  readonly status: number;
  readonly outcome: string;
  readonly duration_ms: number;
  /** From the request's arrival to the first byte of a stream's body; `null` for a response that is no stream. */
  readonly ttft_ms: number | null;
  readonly attempts: number;
}
