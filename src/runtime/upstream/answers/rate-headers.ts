// Reads from the headers of any answer until when an upstream has nothing left of a rate limit, so that it cools until then
// (contract, section 14, "Cooling").

import { headerValues } from "../../headers/find-header.ts";

/** `x-ratelimit-remaining-requests` and `x-ratelimit-reset-requests`, and the like for `tokens`, `requests-day` and others. */
const OPENAI_REMAINING = "x-ratelimit-remaining-";
const OPENAI_RESET = "x-ratelimit-reset-";

/** `anthropic-ratelimit-requests-remaining` and `anthropic-ratelimit-requests-reset`, and the like for tokens. */
const ANTHROPIC = "anthropic-ratelimit-";
const ANTHROPIC_REMAINING = "-remaining";
const ANTHROPIC_RESET = "-reset";

const MAX_AHEAD_MS = 3_600_000;

/** At most eight digits: what is longer is a point in time, which no provider sends here. */
const SECONDS = /^\d{1,8}(?:\.\d+)?$/;

/** As Go prints a duration: `6m0s`, `1h2m3.5s`, `120ms`. Shorter times than a millisecond don't matter here. */
const DURATION = /^(?:\d{1,8}(?:\.\d+)?(?:h|m|s|ms))+$/;
const DURATION_PART = /(\d+(?:\.\d+)?)(h|ms|m|s)/g;
const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Until when the upstream has nothing left of one of its limits, in ms since the epoch, at most an hour from now. Where
 * several limits are used up, the last one to be reset counts.
 * @param now ms since the epoch
 * @returns `undefined` when something is left of each limit, or when the answer does not say when there will be
 */
// It runs on every answer of a pool. Nearly all have more than nothing left, and then only the values are compared with "0".
// Azure's -1 for "not known" is not "0" either.
export function usedUpUntil(rawHeaders: readonly string[], now: number): number | undefined {
  let until: number | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const left = rawHeaders[i + 1] as string;
    if (left.length !== 1 || left !== "0") continue;
    const reset = resetHeader(rawHeaders[i] as string);
    if (reset === undefined) continue;
    const at = latestReset(headerValues(rawHeaders, reset), now);
    if (at !== undefined && (until === undefined || at > until)) until = at;
  }
  return until;
}

/** The header that says when a limit is reset, for the header that says how much is left of it; `undefined` for others. */
function resetHeader(raw: string): string | undefined {
  if (raw.length <= ANTHROPIC.length) return undefined;
  const name = raw.toLowerCase();
  if (name.startsWith(OPENAI_REMAINING)) return OPENAI_RESET + name.slice(OPENAI_REMAINING.length);
  if (!name.startsWith(ANTHROPIC) || !name.endsWith(ANTHROPIC_REMAINING)) return undefined;
  return name.slice(0, -ANTHROPIC_REMAINING.length) + ANTHROPIC_RESET;
}

function latestReset(values: readonly string[], now: number): number | undefined {
  const ahead = values.map((value) => aheadMs(value, now)).filter((ms) => ms > 0);
  return ahead.length === 0 ? undefined : now + Math.min(Math.max(...ahead), MAX_AHEAD_MS);
}

/** How far ahead a reset is, ms; `NaN` when it can't be read. */
function aheadMs(value: string, now: number): number {
  if (SECONDS.test(value)) return Number(value) * 1000;
  if (RFC_3339.test(value)) return Date.parse(value) - now;
  if (!DURATION.test(value)) return Number.NaN;
  let ms = 0;
  for (const [, amount, unit = ""] of value.matchAll(DURATION_PART)) ms += Number(amount) * (UNIT_MS[unit] ?? 0);
  return ms;
}
