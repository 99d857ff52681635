// Describes what a worker sends to the primary: what happened to its exchanges, and the lines of the ledger.

import type { LedgerLine } from "../usage/ledger-line.ts";

/** What happened in a worker since its last report. It can be cloned, holds no secret, and stands for itself: one may be lost. */
export interface Report {
  /** The texts that the events refer to by their places. */
  readonly names: readonly string[];
  /** The events, one behind the other: see `EventWriter`. Empty without metrics. */
  readonly events: Float64Array;
  /** Of exchanges that were metered. */
  readonly lines: readonly LedgerLine[];
}

/** The first number of an event. */
export const ADMITTED = 0;
export const STREAMING = 1;
export const WEB_SOCKET = 2;
export const ATTEMPTED = 3;
export const ENDED = 4;
export const METERED = 5;
export const UNPARSED = 6;

/** The bits that say which facts hold for an exchange that has ended. */
export const IS_ADMITTED = 1;
export const IS_STREAMING = 2;
export const IS_WEB_SOCKET = 4;
export const IS_ANSWERED = 8;
/** Its last attempt is not among those that failed and were followed by another. */
export const LAST_COUNTS = 16;
