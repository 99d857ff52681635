// Which paths does the gateway answer itself? They come before every route (spec section 3).

import { okReply, type Reply, replyFor, retryAfter } from "../../plan/replies.ts";

/** What an endpoint may see of a request. */
export interface BuiltInRequest {
  /** Without the query. */
  readonly path: string;
  readonly rawHeaders: readonly string[];
}

/** Answers a request for one of our own paths. */
export type BuiltInEndpoint = (request: BuiltInRequest) => Reply | Promise<Reply>;

/** Finds the endpoint of a path, if it is one of ours. */
export interface BuiltInEndpoints {
  get(path: string): BuiltInEndpoint | undefined;
}

const OK = okReply('{"status":"ok"}');
const NOT_ALLOWED = replyFor("method_not_allowed", {
  message: "This path takes GET and HEAD only.",
  headers: ["allow", "GET, HEAD"],
});
const DRAINING: Reply = Object.freeze({
  outcome: "shutting_down",
  status: 503,
  body: '{"status":"draining"}',
  headers: retryAfter(),
  close: false,
});

/**
 * @param ready false from the first moment of a shutdown
 * @param more endpoints besides the two that are always there
 */
export function builtInEndpoints(ready: () => boolean, more?: BuiltInEndpoints): BuiltInEndpoints {
  const always = new Map<string, BuiltInEndpoint>([
    ["/healthz", () => OK],
    ["/readyz", () => (ready() ? OK : DRAINING)],
  ]);
  return more === undefined ? always : { get: (path) => always.get(path) ?? more.get(path) };
}

/** The reply of an own endpoint, which takes GET and HEAD only. */
export function respondBuiltIn(
  endpoint: BuiltInEndpoint,
  method: string,
  request: BuiltInRequest,
): Reply | Promise<Reply> {
  return method === "GET" || method === "HEAD" ? endpoint(request) : NOT_ALLOWED;
}
