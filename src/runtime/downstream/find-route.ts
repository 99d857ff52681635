// Finds what answers a request: a built-in endpoint, a route, or a refusal (contract, section 3).

import { type Reply, replyFor } from "../../plan/replies.ts";
import { type RequestPath, readTarget } from "../../plan/target.ts";
import { type BuiltInEndpoints, respondBuiltIn } from "../endpoints/built-in.ts";
import type { Plan, Route } from "../exchange/plan.ts";
import type { Runnable } from "../exchange/run.ts";

const INVALID_PATH = replyFor("invalid_path");
const SHUTTING_DOWN = replyFor("shutting_down");

export type RouteMatch<X extends Runnable> =
  | { readonly kind: "route"; readonly target: RequestPath; readonly route: Route<X> }
  | { readonly kind: "builtIn"; readonly target: RequestPath; readonly reply: Reply | Promise<Reply> }
  /** For an invalid path, the target holds the path as it came, without query and fragment. */
  | { readonly kind: "refused"; readonly target: RequestPath; readonly reply: Reply };

/** The parts of a request that decide what answers it. */
export interface RouteQuery {
  /** The raw request target. */
  readonly url: string;
  readonly method: string;
  readonly rawHeaders: readonly string[];
}

/** Checks the path first, then the built-in endpoints, then the routes. */
export function findRoute<X extends Runnable>(
  { url, method, rawHeaders }: RouteQuery,
  plan: Plan<X>,
  builtIn: BuiltInEndpoints,
  draining: boolean,
): RouteMatch<X> {
  const target = readTarget(url);
  if (target === undefined) {
    return { kind: "refused", target: { path: url.split(/[?#]/, 1)[0] ?? "", query: "" }, reply: INVALID_PATH };
  }
  const { path, query } = target;
  const endpoint = builtIn.get(path);
  if (endpoint !== undefined) {
    return { kind: "builtIn", target, reply: respondBuiltIn(endpoint, method, { path, query, rawHeaders }) };
  }
  if (draining) return { kind: "refused", target, reply: SHUTTING_DOWN };
  const route = plan.routes.match(path);
  return route === undefined ? { kind: "refused", target, reply: plan.notFound } : { kind: "route", target, route };
}
