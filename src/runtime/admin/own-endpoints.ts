// Which paths does the gateway answer itself? They come before every route (spec section 3).

import { okReply, type Reply, replyFor } from "../../plan/replies.ts";
import { RETRY_AFTER } from "../retry-later.ts";

/** Answers a request for one of our own paths. */
export type OwnEndpoint = () => Reply;

const OK = okReply('{"status":"ok"}');
const NOT_ALLOWED = replyFor("method_not_allowed", ["allow", "GET, HEAD"]);
const DRAINING: Reply = Object.freeze({
  outcome: "shutting_down",
  status: 503,
  body: '{"status":"draining"}',
  headers: RETRY_AFTER,
  close: false,
});

/** @param ready false from the first moment of a shutdown */
export function ownEndpoints(ready: () => boolean): ReadonlyMap<string, OwnEndpoint> {
  return new Map<string, OwnEndpoint>([
    ["/healthz", () => OK],
    ["/readyz", () => (ready() ? OK : DRAINING)],
  ]);
}

/** The reply of an own endpoint, which takes GET and HEAD only. */
export function answerOwn(endpoint: OwnEndpoint, method: string): Reply {
  return method === "GET" || method === "HEAD" ? endpoint() : NOT_ALLOWED;
}
