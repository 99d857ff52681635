// Links a blueprint: makes the guards, the terminals and the route trie that serve requests.

import type { Blueprint, RouteBlueprint } from "../plan/blueprint.ts";
import type { Exchange } from "../plan/exchange.ts";
import type { GuardRegistry, Step, StepKind } from "../plan/steps.ts";
import type { NamedGuard, Plan, Route } from "./exchange/plan.ts";
import { buildTrie } from "./exchange/trie.ts";
import { fingerprint } from "./fingerprint.ts";

/** The plan of a blueprint, frozen. @param registry makes the guards and the terminals */
export function link<X extends Exchange>(blueprint: Blueprint, registry: GuardRegistry<X>): Plan<X> {
  const routes = blueprint.routes.map((route) => [route.prefix, linkRoute(route, registry)] as const);
  const responseFormat = registry.responseFormat(blueprint.responseFormat);
  return Object.freeze({ fingerprint: fingerprint(blueprint), routes: buildTrie(routes), responseFormat });
}

function linkRoute<X extends Exchange>(route: RouteBlueprint, registry: GuardRegistry<X>): Route<X> {
  const { id, prefix, keyDigest } = route;
  const guards = Object.freeze(route.steps.map((step) => linkStep(step, registry)));
  return Object.freeze({ id, prefix, keyDigest, guards, forward: registry.forward(route.forward) });
}

function linkStep<K extends StepKind, X extends Exchange>(step: Step<K>, registry: GuardRegistry<X>): NamedGuard<X> {
  return Object.freeze({ kind: step.kind, run: registry.guards[step.kind](step.spec) });
}
