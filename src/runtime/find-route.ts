// Whose is this request? An own endpoint's, a route's, or nobody's: path first, own endpoints next, then the trie (spec section 3).

import type { Plan, Route } from "../plan/plan.ts";
import { type Reply, replyFor } from "../plan/replies.ts";
import { type RequestPath, readTarget } from "../plan/target.ts";
import { answerOwn, type OwnEndpoint } from "./admin/own-endpoints.ts";
import { retryLater } from "./retry-later.ts";
import type { Runnable } from "./run.ts";

const INVALID_PATH = replyFor("invalid_path");
const NOT_FOUND = replyFor("route_not_found");
const SHUTTING_DOWN = retryLater("shutting_down");

export interface Found<X extends Runnable> {
  /** What to match and to log; of a refused target the path as it came. */
  readonly target: RequestPath;
  /** The route to run, or the reply that ends it here. */
  readonly next: Route<X> | Reply;
}

/** @param url the raw request target */
export function findRoute<X extends Runnable>(
  url: string,
  method: string,
  plan: Plan<X>,
  own: ReadonlyMap<string, OwnEndpoint>,
  draining: boolean,
): Found<X> {
  const target = readTarget(url);
  if (target === undefined) return { target: { path: url.split("?", 1)[0] ?? "", query: "" }, next: INVALID_PATH };
  const endpoint = own.get(target.path);
  if (endpoint !== undefined) return { target, next: answerOwn(endpoint, method) };
  if (draining) return { target, next: SHUTTING_DOWN };
  return { target, next: plan.routes.match(target.path) ?? NOT_FOUND };
}
