// How does a client learn when to come back? Every 503 of ours says so (contract, section 4, "For SDKs").

import { type Reply, type ReplyCode, replyFor } from "../../plan/replies.ts";

/** Places come free at any moment: a second is a fair guess, and the least `retry-after` can say. */
export const RETRY_AFTER: readonly string[] = ["retry-after", "1", "retry-after-ms", "1000"];

/** A refusal for want of room, with `retry-after`. */
export function retryLater(code: ReplyCode, more: readonly string[] = []): Reply {
  return replyFor(code, [...RETRY_AFTER, ...more]);
}
