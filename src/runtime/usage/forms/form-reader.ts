// Describes what reads the usage of one form: what the numbers of an API mean.

import type { TokenCounts } from "../usage-report.ts";
import type { ToldEvent } from "./usage-form.ts";

/** Reads the usage of one response. */
export interface FormReader {
  /** Takes an event, and tells whether it told any usage. */
  take(event: ToldEvent): boolean;
  /** What was told, last or in sum. Counts that can't be are `NaN`. */
  counts(): TokenCounts;
  /** Whether what was told is the final usage, so that nothing is missing where the response breaks now. */
  isFinal(): boolean;
  /** Whether a response that came whole, and told this, told all. */
  isWhole(): boolean;
  /** The service tier, where the form tells it beside its counts. */
  serviceTier(): string | undefined;
}
