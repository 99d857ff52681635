// Decides what follows an attempt: its result is passed on, another upstream is asked at once, or one is asked again after a
// wait (contract, sections 7 and 14). Pure: time and randomness are handed in.

import type { RetrySpec, RetryWord } from "../../plan/forward.ts";
import type { ReplyCode } from "../../plan/replies.ts";

/** How an attempt ended. */
export interface Happened {
  /** The word of `retry_on` for it; `undefined` for what is never tried again. */
  readonly word: RetryWord | undefined;
  /** The status, where the upstream answered. */
  readonly status: number | undefined;
  /** The answer says that the account's credit or daily limit is spent. */
  readonly quota: boolean;
  /** The upstream may have seen the request: a connection was made. */
  readonly reached: boolean;
  /** How long the upstream asks to wait, ms. */
  readonly toldMs: number | undefined;
  /** How long nothing is left of one of its rate limits, ms. No wait before a retry: it may be longer than what is needed. */
  readonly usedUpMs?: number;
}

/** Where an exchange stands after an attempt. */
export interface Standing {
  /** How many were made, this one included: 1 or more. */
  readonly attempts: number;
  /** What is left of `request_timeout_ms`, ms. `Infinity` if it has not begun. */
  readonly timeLeftMs: number;
  /** All that was sent of the body is kept. */
  readonly replayable: boolean;
  /** The method is not PUT, PATCH or DELETE. */
  readonly repeatable: boolean;
  /** Another upstream, which this exchange has not asked, can take the request now. */
  readonly other: boolean;
  /**
   * How long until an upstream that was asked already may be asked again, ms. For a single upstream 0.
   * `undefined`: none may be.
   */
  readonly againInMs: number | undefined;
  /** The gateway is shutting down. */
  readonly draining: boolean;
}

export type Decision =
  /**
   * The client gets the answer, or the failure. `spent`: it would have been tried again, but all attempts were made, or the
   * wait is too long. Then `tell_clients` keeps the SDK from adding its own attempts to ours.
   */
  | { readonly next: "pass on"; readonly spent: boolean }
  /** An upstream that was not asked yet is asked at once. */
  | { readonly next: "ask another" }
  /** After `ms`, one that was asked already is asked again. */
  | { readonly next: "wait"; readonly ms: number };

export const PASS_ON: Decision = Object.freeze({ next: "pass on", spent: false });
const SPENT: Decision = Object.freeze({ next: "pass on", spent: true });
const ASK_ANOTHER: Decision = Object.freeze({ next: "ask another" });

/**
 * What follows an attempt that did not succeed. To be asked only while nothing was sent to the client.
 * @param random at least 0 and less than 1
 */
export function decide(spec: RetrySpec, happened: Happened, standing: Standing, random: () => number): Decision {
  if (!isListed(spec, happened)) return PASS_ON;
  if (standing.attempts >= spec.maxAttempts) return SPENT;
  if (!standing.replayable || (happened.reached && !standing.repeatable)) return PASS_ON;
  if (standing.timeLeftMs <= 0) return SPENT;
  if (standing.other) return ASK_ANOTHER;
  // A spent quota is not tried at the same upstream again, and which one `againInMs` is about is not known here.
  if (happened.quota || standing.againInMs === undefined) return standing.attempts > 1 ? SPENT : PASS_ON;
  if (standing.draining) return PASS_ON;
  return waitFor(spec, happened.toldMs ?? 0, standing.againInMs, standing, random);
}

/** A spent quota is listed by its own word, or by the status it came with. */
function isListed({ retryOn }: RetrySpec, { word, quota, status }: Happened): boolean {
  if (word === undefined) return false;
  return retryOn.includes(word) || (quota && (retryOn as readonly string[]).includes(String(status)));
}

/** Full jitter: the more attempts were made, the longer the random wait may be. A wait that would be too long is not begun. */
function waitFor(
  { backoffMs, maxBackoffMs }: RetrySpec,
  toldMs: number,
  againInMs: number,
  { attempts, timeLeftMs }: Standing,
  random: () => number,
): Decision {
  if (toldMs > maxBackoffMs || againInMs > maxBackoffMs) return SPENT;
  const jitterMs = random() * Math.min(maxBackoffMs, backoffMs * 2 ** (attempts - 1));
  const ms = Math.ceil(Math.max(jitterMs, toldMs, againInMs));
  return ms >= timeLeftMs ? SPENT : { next: "wait", ms };
}

/** The time limit that ended an attempt: of the connection, of the response head, of the first body byte, of all attempts. */
export type TimeLimit = "connect" | "attempt" | "first_byte" | "request";

/**
 * An attempt that ended without an answer that could be passed on.
 * @param outcome as the attempt reports it
 * @param connected its connection was made
 * @param limit the time limit that ended it, where `outcome` is `upstream_timeout`. The only one that an attempt itself keeps
 * is `connect`
 */
export function unanswered(outcome: ReplyCode | "upstream_aborted", connected: boolean, limit?: TimeLimit): Happened {
  const word = wordOf(outcome, limit);
  const reached = connected && word !== "connect_error" && limit !== "connect";
  return { word, status: undefined, quota: false, reached, toldMs: undefined };
}

/** Of a response whose head is still held, the rest may be missing: it was reset, too. */
function wordOf(outcome: ReplyCode | "upstream_aborted", limit: TimeLimit | undefined): RetryWord | undefined {
  if (outcome === "upstream_connect_error") return "connect_error";
  if (outcome === "upstream_request_failed" || outcome === "upstream_aborted") return "reset";
  if (outcome !== "upstream_timeout") return undefined;
  if (limit === "first_byte") return "first_byte_timeout";
  return limit === "connect" || limit === "attempt" ? "timeout" : undefined;
}

/** An event stream whose first event is an error, though its status is 200. */
export const OVERLOADED_EVENT: Happened = Object.freeze({
  word: "overloaded_event",
  status: 200,
  quota: false,
  reached: true,
  toldMs: undefined,
});
