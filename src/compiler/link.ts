// How does a blueprint become something that runs? Each step is given to its maker, once; the result is frozen.

import type { Blueprint, RouteBlueprint } from "../plan/blueprint.ts";
import type { Exchange } from "../plan/exchange.ts";
import type { NamedGuard, Plan, Route } from "../plan/plan.ts";
import type { Catalog, Step, StepKind } from "../plan/steps.ts";
import { buildTrie } from "../plan/trie.ts";
import { fingerprint } from "./freeze.ts";

/** The plan of a blueprint: the only stage that makes functions. @param catalog the runtime's makers of guards */
export function link<X extends Exchange>(blueprint: Blueprint, catalog: Catalog<X>): Plan<X> {
  const routes = blueprint.routes.map((route) => [route.prefix, linkRoute(route, catalog)] as const);
  const answers = catalog.answers(blueprint.answers);
  return Object.freeze({ fingerprint: fingerprint(blueprint), routes: buildTrie(routes), answers });
}

function linkRoute<X extends Exchange>(route: RouteBlueprint, catalog: Catalog<X>): Route<X> {
  const { id, prefix, keySha256 } = route;
  const guards = Object.freeze(route.steps.map((step) => linkStep(step, catalog)));
  return Object.freeze({ id, prefix, keySha256, guards, forward: catalog.forward(route.forward) });
}

function linkStep<K extends StepKind, X extends Exchange>(step: Step<K>, catalog: Catalog<X>): NamedGuard<X> {
  return Object.freeze({ kind: step.kind, run: catalog.guards[step.kind](step.spec) });
}
