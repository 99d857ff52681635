// Describes what the reader of a response hands to the form of its API: the few members of each event that report usage.

import type { UsageReport } from "../usage-report.ts";

/** Members that are kept of a JSON value: `true` keeps the whole value, an object keeps these members of it. */
export interface KeptMembers {
  readonly [name: string]: true | KeptMembers;
}

/** One event of a stream, or the whole body of a response that is no stream. */
export interface ToldEvent {
  /** The `event:` field of an event stream. */
  readonly name: string | undefined;
  /** The kept members of its JSON value, and nothing else. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Gathers the usage of one response. It never throws. */
export interface UsageAccumulator {
  take(event: ToldEvent): void;
  /** The stream said that it is done (`data: [DONE]`). */
  done(): void;
  /** @param complete the body came whole */
  result(complete: boolean): UsageReport;
}
