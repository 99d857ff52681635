// Reads how long an upstream asks to wait before the next request (contract, section 7).

import { headerValues } from "../../headers/find-header.ts";
import { detailsOf, errorsOf } from "./error-body.ts";

/** At most nine digits before the point. Something longer is a point in time, or nonsense, and not a number of seconds. */
const DECIMAL = /^\d{1,9}(?:\.\d+)?$/;

/** A `google.protobuf.Duration` in JSON: seconds, with up to nine digits behind the point. */
const DURATION = /^(\d{1,9}(?:\.\d{1,9})?)s$/;

/** Begins like one of the three forms of an HTTP date (RFC 9110, section 5.6.7). */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;

/**
 * How long the upstream asks to wait, ms. 0: not at all.
 *
 * `retry-after-ms` counts before `retry-after`, as in the SDKs: Azure sends both, and only the first is exact. A value that
 * can't be read counts for nothing. Where several values are left, the longest counts: to ask too early would be in vain.
 * @param body the parsed body, where it was looked at: Gemini names the time only there
 * @param now ms since the epoch
 * @returns `undefined` when it does not say
 */
export function toldWait(rawHeaders: readonly string[], body: unknown, now: number): number | undefined {
  const byHeader =
    longest(headerValues(rawHeaders, "retry-after-ms").map(decimal)) ??
    longest(headerValues(rawHeaders, "retry-after").map((value) => secondsOrDate(value, now)));
  return longest([byHeader, ...retryDelays(body)]);
}

/** Whether an answer has a header that says how long to wait, readable or not. */
export function namesWait(rawHeaders: readonly string[]): boolean {
  return headerValues(rawHeaders, "retry-after").length + headerValues(rawHeaders, "retry-after-ms").length > 0;
}

function longest(waits: readonly (number | undefined)[]): number | undefined {
  const told = waits.filter((wait) => wait !== undefined);
  return told.length === 0 ? undefined : Math.max(...told);
}

function decimal(value: string): number | undefined {
  return DECIMAL.test(value) ? Number(value) : undefined;
}

/** A date in the past means that there is nothing left to wait for. */
function secondsOrDate(value: string, now: number): number | undefined {
  const seconds = decimal(value);
  if (seconds !== undefined) return seconds * 1000;
  if (!HTTP_DATE.test(value)) return undefined;
  // The third form names no time zone, and without one `Date.parse` would take local time.
  const at = Date.parse(value.endsWith("GMT") ? value : `${value} GMT`);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** The times in the body of a Gemini error, ms. */
function retryDelays(body: unknown): (number | undefined)[] {
  return errorsOf(body)
    .flatMap(({ error }) => detailsOf(error, "RetryInfo"))
    .map(({ retryDelay }) => {
      const seconds = typeof retryDelay === "string" ? DURATION.exec(retryDelay)?.[1] : undefined;
      return seconds === undefined ? undefined : Number(seconds) * 1000;
    });
}
