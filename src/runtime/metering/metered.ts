// Describes a metered exchange that has ended, and who writes it down.

import type { Reservation, UsageForm } from "../../plan/usage.ts";
import type { ExchangeRecord } from "../exchange/record.ts";
import type { ResponseForm } from "../usage/read/body-reader.ts";
import type { UsageReport } from "../usage/usage-report.ts";
import type { LateLines } from "./late-lines.ts";

/** What is known of a metered exchange that has ended. */
export interface Metered {
  readonly record: ExchangeRecord;
  readonly report: UsageReport;
  /** When it was admitted, ms since the epoch. */
  readonly at: number;
  /** An upstream answered it with a 2xx. */
  readonly succeeded: boolean;
  readonly requestedModel: string | undefined;
  /** The response is a stream. */
  readonly streams: boolean;
  /** On the clock of the record. */
  readonly firstByteAt: number | undefined;
  readonly reservation: Reservation | undefined;
}

/** What the meter of an exchange is given by its route. */
export interface MeterOwner {
  /** The form of its API. */
  readonly form: UsageForm;
  /** How the responses of its API report usage. */
  readonly responseForm: ResponseForm;
  /** How much of a request's body is searched for its model, bytes. */
  readonly scanBytes: number;
  /** ms since the epoch. */
  now(): number;
  /** The exchanges of this route and of others that will be written later than they end. */
  readonly late: LateLines;
  /** Settles and writes down an exchange that has ended. Called once for each. */
  write(metered: Metered): void;
}
