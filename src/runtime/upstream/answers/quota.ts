// Decides whether an error of an upstream says that the account's credit or daily limit is spent. Then no wait that a client
// would accept helps, and only another account can answer (contract, section 7).

import { type BodyError, detailsOf, errorsOf, isObject } from "./error-body.ts";
import { namesWait } from "./told-wait.ts";

/**
 * What stands in `code` or `type` of an error in OpenAI's form. The rate limits that pass are `rate_limit_exceeded`,
 * `slow_down` and others.
 */
const SPENT: ReadonlySet<unknown> = new Set([
  // help.openai.com, articles 5955604 and 6614457. `insufficient_quota` is the older code, and still the type of the others.
  "insufficient_quota",
  "credit_balance_exhausted",
  "organization_spend_limit_exceeded",
  "project_spend_limit_exceeded",
  "organization_usage_limit_exceeded",
  // OpenAI's images answer so with 400 (all-in-aigc/aiwallpaper, issue 2).
  "billing_hard_limit_reached",
  // OpenAI, with 429 (BerriAI/litellm, issue 2743).
  "billing_not_active",
  // Moonshot (Kimi), with 429: the balance is spent, or the account is suspended for it.
  "exceeded_current_quota_error",
]);

const TOO_MANY_REQUESTS = 429;

/** Names the quotas of a day, as in `GenerateRequestsPerDayPerProjectPerModel-FreeTier`. Others are of a minute. */
const PER_DAY = "PerDay";

/**
 * Whether an answer is about a spent quota.
 * @param body its parsed body; `undefined` when it was not looked at
 */
export function isSpentQuota(status: number, rawHeaders: readonly string[], body: unknown): boolean {
  return errorsOf(body).some(
    (found) =>
      SPENT.has(found.error["code"]) ||
      SPENT.has(found.error["type"]) ||
      isSpendLimit(found, status, rawHeaders) ||
      isDailyQuota(found),
  );
}

/**
 * Anthropic's 429 at the end of a month's allowance. Its type is `rate_limit_error`, like that of a rate limit, but it has no
 * `retry-after`, which each rate limit has (platform.claude.com/docs/en/api/rate-limits).
 */
function isSpendLimit({ around, error }: BodyError, status: number, rawHeaders: readonly string[]): boolean {
  const { details } = error;
  if (isObject(details) && details["error_code"] === "enforced_spend_limit_reached") return true;
  return status === TOO_MANY_REQUESTS && around["type"] === "error" && !namesWait(rawHeaders);
}

/** Gemini names each quota that was exceeded. It also tells a wait of seconds, which is of no use for a quota of a day. */
function isDailyQuota({ error }: BodyError): boolean {
  return detailsOf(error, "QuotaFailure").some(
    ({ violations }) =>
      Array.isArray(violations) &&
      violations.some((violation: unknown) => {
        const id = isObject(violation) ? violation["quotaId"] : undefined;
        return typeof id === "string" && id.includes(PER_DAY);
      }),
  );
}
