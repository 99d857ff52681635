// Links a blueprint: makes the guards, the terminals and the route trie that serve requests.

import type { Blueprint, RouteBlueprint } from "../plan/blueprint.ts";
import type { Exchange } from "../plan/exchange.ts";
import type { ForwardSpec } from "../plan/forward.ts";
import type { Guard, Step, StepKind } from "../plan/steps.ts";
import type { NamedGuard, Plan, Route, Terminal } from "./exchange/plan.ts";
import { buildTrie } from "./exchange/trie.ts";
import { fingerprint } from "./fingerprint.ts";
import type { GuardRegistry } from "./guards/index.ts";
import { createResponseFormat } from "./replies/render-reply.ts";
import { routeNotFound } from "./replies/route-not-found.ts";

/** Makes the guards and the terminals of a plan. */
export interface LinkParts<X extends Exchange> {
  readonly guards: GuardRegistry;
  /** Whether a step is left to the terminal, which asks for all limits of a request at once. Default: none is. */
  readonly isLeft?: (step: Step) => boolean;
  readonly terminal: (spec: ForwardSpec, steps: readonly Step[]) => Terminal<X>;
}

/** Makes the plan of a blueprint. The plan is frozen. */
export function link<X extends Exchange>(blueprint: Blueprint, parts: LinkParts<X>): Plan<X> {
  const { guards, isLeft = () => false, terminal } = parts;
  const guardOf = sharedGuards(guards);
  const linkRoute = ({ id, prefix, steps, forward }: RouteBlueprint): Route<X> =>
    Object.freeze({
      id,
      prefix,
      guards: Object.freeze(steps.filter((step) => !isLeft(step)).map(guardOf)),
      forward: terminal(forward, steps),
      takesWebSockets: forward.webSocket !== undefined,
    });
  return Object.freeze({
    fingerprint: fingerprint(blueprint),
    routes: buildTrie(blueprint.routes.map((route) => [route.prefix, linkRoute(route)] as const)),
    notFound: routeNotFound(blueprint.routes.map(({ prefix }) => prefix)),
    responseFormat: createResponseFormat(blueprint.responseFormat),
  });
}

/** Makes one guard for each spec. Routes that share a spec, such as the list of all tokens, share its guard too. */
function sharedGuards(registry: GuardRegistry): (step: Step) => NamedGuard {
  const made = new Map<object, NamedGuard>();
  return (step) => {
    const known = made.get(step.spec);
    if (known !== undefined) return known;
    const guard = Object.freeze({ kind: step.kind, run: makeGuard(step, registry) });
    made.set(step.spec, guard);
    return guard;
  };
}

function makeGuard<K extends StepKind>({ kind, spec }: Step<K>, registry: GuardRegistry): Guard {
  return registry[kind](spec);
}
