// Answers questions about the last attempt of an exchange: whether it has failed already, and which upstream was asked.

import type { ExchangeRecord } from "../exchange/record.ts";

type Attempts = Pick<ExchangeRecord, "attempts" | "failedAttempts" | "upstream">;

/** Whether an attempt was made that is not among the failed ones. Its result is that of the exchange. */
export function lastAttemptCounts({
  attempts,
  failedAttempts,
}: Pick<Attempts, "attempts" | "failedAttempts">): boolean {
  return attempts > failedAttempts.length;
}

/**
 * The id of the upstream that was asked last; `undefined` if none was. It need not be the chosen one: an exchange can end while
 * it waits for a slot there.
 */
export function lastAsked(record: Attempts): string | undefined {
  return lastAttemptCounts(record) ? record.upstream?.id : record.failedAttempts.at(-1)?.upstream;
}
