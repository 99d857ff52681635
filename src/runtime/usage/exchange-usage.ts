// Describes what is written down of one exchange when it has ended: its usage, what that cost, and what was charged.

import type { Charge } from "../../plan/usage.ts";
import type { UsageReport } from "./usage-report.ts";

/** The ledger, the metrics and the spans are made from it. */
export interface ExchangeUsage {
  readonly report: UsageReport;
  /** The model that the request names, if that is known. */
  readonly requestedModel: string | undefined;
  /** The model that served the request, as far as the response named it; else the requested one. */
  readonly model: string | undefined;
  /** `model` where a price list or the config knows it, else `other`: for metrics, whose labels must be bounded. */
  readonly modelLabel: string;
  /** `null`: no price is known. */
  readonly costTicks: number | null;
  /** Where the price came from: `config`, `upstream` or `table:DATE`. */
  readonly price: string | null;
  /** What the budgets were charged. */
  readonly charged: Charge;
  /** From the request's arrival to the first byte of a stream's body, ms; `null` for a response that is no stream. */
  readonly ttftMs: number | null;
}
