// Reads the answer of an upstream for what matters to a retry: its word, whether its quota is spent, how long it asks to wait
// (contract, section 7, "A 429 is not always a rate limit").

import { RETRY_WORDS, type RetryWord } from "../../../plan/forward.ts";
import { codingOf, decodeForLook } from "../../decode.ts";
import type { AttemptResult } from "../../exchange/record.ts";
import { headerValues, onlyValue } from "../../headers/find-header.ts";
import type { Happened } from "../retry.ts";
import { parseJson } from "./error-body.ts";
import { isSpentQuota } from "./quota.ts";
import { usedUpUntil } from "./rate-headers.ts";
import { toldWait } from "./told-wait.ts";

/** The most bytes of an answer's body that are held for a look. */
export const LOOK_BYTES = 16_384;

/** The longest time that they are waited for, ms. */
export const LOOK_MS = 1000;

/** The most bytes that they may decode to. */
const DECODED_BYTES = 65_536;

/** The first status that is no success. */
const REDIRECTS = 300;

const BAD_REQUEST = 400;

/** The first status of a failure. */
const FAILURES = 400;

/** The first status of a failure of the server. */
const SERVER_ERRORS = 500;

/** `application/json`, and types that are written in JSON, as `application/problem+json`. */
const JSON_TYPE = /^\s*(?:application\/json|[^\s;/]+\/[^\s;/]+\+json)\s*(?:;|$)/i;

const STATUS_WORDS: ReadonlyMap<number, RetryWord> = new Map(
  RETRY_WORDS.filter((word) => /^\d+$/.test(word)).map((word) => [Number(word), word]),
);

/** Whether the body of an answer is to be looked at before a retry is decided. */
export function isLookedAt(status: number, rawHeaders: readonly string[]): boolean {
  if (status < REDIRECTS || !JSON_TYPE.test(onlyValue(rawHeaders, "content-type") ?? "")) return false;
  return codingOf(headerValues(rawHeaders, "content-encoding")) !== undefined;
}

/**
 * What an answer says.
 * @param body the first bytes of its body as they came; `undefined` or empty where it is not looked at. A body that is not
 * whole can't be read: then only status and headers count
 * @param now ms since the epoch
 */
export function readAnswer(
  status: number,
  rawHeaders: readonly string[],
  body: Buffer | undefined,
  now: number,
): Happened {
  const parsed = body === undefined ? undefined : parseBody(rawHeaders, body);
  const quota = status >= REDIRECTS && isSpentQuota(status, rawHeaders, parsed);
  const usedUp = usedUpUntil(rawHeaders, now);
  return {
    word: wordOf(status, quota),
    status,
    quota,
    reached: true,
    toldMs: toldWait(rawHeaders, parsed, now),
    ...(usedUp !== undefined && { usedUpMs: usedUp - now }),
  };
}

/** The result of an attempt by the status alone. A 4xx without a word says nothing bad about the upstream. */
export function statusResult(status: number): AttemptResult {
  if (status < FAILURES) return "success";
  return STATUS_WORDS.get(status) ?? (status < SERVER_ERRORS ? "success" : "failure");
}

/** A 400 has no word, whatever it says: the same request would be refused again. */
function wordOf(status: number, quota: boolean): RetryWord | undefined {
  if (status === BAD_REQUEST) return undefined;
  return quota ? "quota" : STATUS_WORDS.get(status);
}

function parseBody(rawHeaders: readonly string[], body: Buffer): unknown {
  const coding = codingOf(headerValues(rawHeaders, "content-encoding"));
  const decoded = coding === undefined ? undefined : decodeForLook(body, coding, DECODED_BYTES);
  return decoded === undefined ? undefined : parseJson(decoded.toString());
}
