// Computes the fingerprint that distinguishes plans in the log.

import { createHash } from "node:crypto";
import type { Blueprint } from "../plan/blueprint.ts";
import type { Step } from "../plan/steps.ts";

/** SHA-256 of the blueprint without its secrets, lower-case hex. Secrets and digests of secrets print as `[redacted]`. */
export function fingerprint(blueprint: Blueprint): string {
  const once = eachSpecOnce();
  const routes = blueprint.routes.map((route) => ({ ...route, steps: route.steps.map(once) }));
  return createHash("sha256")
    .update(JSON.stringify({ ...blueprint, routes }))
    .digest("hex");
}

/**
 * Makes the function that gives a step its spec only once, and later a number for it. Routes share specs, such as the list of all
 * tokens. Written out for each route, many clients and many routes would make a text of some hundred megabytes.
 */
function eachSpecOnce(): (step: Step) => { readonly kind: string; readonly spec: unknown } {
  const seen = new Map<object, number>();
  return ({ kind, spec }) => {
    const number = seen.get(spec);
    if (number !== undefined) return { kind, spec: number };
    seen.set(spec, seen.size);
    return { kind, spec };
  };
}
