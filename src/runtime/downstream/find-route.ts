// Whose is this request? An own endpoint's, a route's, or nobody's: path first, own endpoints next, then the trie (spec section 3).

import { type Reply, replyFor } from "../../plan/replies.ts";
import { type RequestPath, readTarget } from "../../plan/target.ts";
import { type BuiltInEndpoints, respondBuiltIn } from "../endpoints/built-in.ts";
import type { Plan, Route } from "../exchange/plan.ts";
import type { Runnable } from "../exchange/run.ts";

const INVALID_PATH = replyFor("invalid_path");
const NOT_FOUND = replyFor("route_not_found");
const SHUTTING_DOWN = replyFor("shutting_down");

export interface Found<X extends Runnable> {
  /** What to match and to log; of a refused target the path as it came. */
  readonly target: RequestPath;
  /** One of our own endpoints answers. */
  readonly own: boolean;
  /** The route to run, or the reply that ends it here. */
  readonly next: Route<X> | Reply | Promise<Reply>;
}

/** What of a request decides whose it is. `url` is the raw request target. */
export interface Asked {
  readonly url: string;
  readonly method: string;
  readonly rawHeaders: readonly string[];
}

export function findRoute<X extends Runnable>(
  { url, method, rawHeaders }: Asked,
  plan: Plan<X>,
  endpoints: BuiltInEndpoints,
  draining: boolean,
): Found<X> {
  const target = readTarget(url);
  if (target === undefined) {
    return { target: { path: url.split("?", 1)[0] ?? "", query: "" }, own: false, next: INVALID_PATH };
  }
  const { path } = target;
  const endpoint = endpoints.get(path);
  if (endpoint !== undefined)
    return { target, own: true, next: respondBuiltIn(endpoint, method, { path, rawHeaders }) };
  if (draining) return { target, own: false, next: SHUTTING_DOWN };
  return { target, own: false, next: plan.routes.match(path) ?? NOT_FOUND };
}
