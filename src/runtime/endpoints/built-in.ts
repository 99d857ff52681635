// Answers requests for the gateway's own paths, such as `/healthz`. They are matched before any route (contract, section 3).

import { okReply, type Reply, replyFor, retryAfter } from "../../plan/replies.ts";

/** The facts of a request that a built-in endpoint may read. */
export interface BuiltInRequest {
  /** Without the query. */
  readonly path: string;
  /** With its `?`; empty when there is none. */
  readonly query: string;
  readonly rawHeaders: readonly string[];
}

/** Answers a request for one path. */
export type BuiltInEndpoint = (request: BuiltInRequest) => Reply | Promise<Reply>;

/** Finds the endpoint of a path. */
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
 * Builds the endpoints that every gateway has, `/healthz` and `/readyz`.
 * @param ready false from the moment a shutdown begins
 * @param more further endpoints, such as those of the metrics
 */
export function builtInEndpoints(ready: () => boolean, more?: BuiltInEndpoints): BuiltInEndpoints {
  const always = new Map<string, BuiltInEndpoint>([
    ["/healthz", () => OK],
    ["/readyz", () => (ready() ? OK : DRAINING)],
  ]);
  return more === undefined ? always : { get: (path) => always.get(path) ?? more.get(path) };
}

/**
 * Calls an endpoint. Every built-in endpoint takes GET and HEAD only; another method gets a 405. What it answers is true only
 * for this moment, so no cache may keep it, unless the endpoint says something else (contract, section 4).
 */
export function respondBuiltIn(
  endpoint: BuiltInEndpoint,
  method: string,
  request: BuiltInRequest,
): Reply | Promise<Reply> {
  const reply = method === "GET" || method === "HEAD" ? endpoint(request) : NOT_ALLOWED;
  return reply instanceof Promise ? reply.then(uncached) : uncached(reply);
}

function uncached(reply: Reply): Reply {
  if (reply.headers.includes("cache-control")) return reply;
  return { ...reply, headers: [...reply.headers, "cache-control", "no-store"] };
}
