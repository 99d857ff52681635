// Describes what reads the usage of one form: what the numbers of an API mean.

import type { TokenCounts } from "../usage-report.ts";
import type { ToldEvent } from "./usage-form.ts";

/** Reads the usage of one response. */
export interface FormReader {
  /** Takes an event, and returns whether it reported any usage. */
  take(event: ToldEvent): boolean;
  /** What was reported, last or in sum. Impossible counts are `NaN`. */
  counts(): TokenCounts;
  /** Whether what was reported is the final usage, so that nothing is missing where the response breaks now. */
  isFinal(): boolean;
  /** Whether this is the whole usage of a response that came whole. */
  isWhole(): boolean;
  /** The service tier, where the form reports it beside its counts. */
  serviceTier(): string | undefined;
}
