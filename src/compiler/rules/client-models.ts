// Checks the models that clients may use: patterns that match nothing, that change nothing, and that no upstream takes.

import type { CompleteConfig } from "../schema/defaults.ts";
import { shownValue } from "../schema/labels.ts";
import { clientPath } from "./clients.ts";
import { covers, mayOverlap } from "./model-patterns.ts";
import { knowsModels } from "./pool-models.ts";
import type { Rule, RuleContext } from "./rule.ts";
import { eachDuplicate, eachRoute } from "./walks.ts";

/** Reports a pattern with characters that are in no model's name: they stand for themselves. */
const unlikelyPattern: Rule = ({ gateway_auth: { clients } }, { report }) => {
  clients.forEach(({ models = [] }, index) => {
    models.forEach((pattern, entry) => {
      const wrong = unlikely(pattern);
      if (wrong === undefined) return;
      const path = clientPath(index, "models", entry);
      report({
        code: "rule/model-pattern",
        path,
        message: `no model is likely to match: ${wrong.why}`,
        help: wrong.help,
      });
    });
  });
};

function unlikely(pattern: string): { readonly why: string; readonly help: string } | undefined {
  if (pattern !== pattern.trim()) {
    return { why: "the pattern starts or ends with white space, which is part of it", help: "remove the white space" };
  }
  if (pattern.includes(",")) {
    return {
      why: "the pattern has a comma in it, which is part of it",
      help: "write each pattern as an item of its own",
    };
  }
  // A dot in front of `*` may be a version: `gpt-4.*`.
  if (/^\^|^\.\*|\$$|[|()[\]\\?]/.test(pattern)) {
    const help = "write `*` for any characters; each alternative is an item of its own";
    return { why: "this is a regular expression, but only `*` has a meaning here", help };
  }
  return undefined;
}

/** How many pairs of patterns are compared in one file. More are in no real config, and each costs time. */
const MAX_PAIRS = 200_000;

/** Reports a pattern that is in the list twice, and one whose names another pattern of the list matches as well. */
const redundantPattern: Rule = ({ gateway_auth: { clients } }, { report, known, file }) => {
  let pairs = 0;
  clients.forEach(({ models = [] }, index) => {
    const at = (entry: number) => clientPath(index, "models", entry);
    const repeated = new Set<number>();
    for (const { index: again, first } of eachDuplicate(models, (name, i) => (known(at(i)) ? name : undefined))) {
      repeated.add(again);
      report({
        code: "rule/redundant-entry",
        path: at(again),
        message: "this pattern is in the list already",
        help: "remove one of the two",
        related: [{ path: at(first), message: "first listed here" }],
      });
    }
    const wide = models.flatMap((pattern, entry) => (pattern.includes("*") && known(at(entry)) ? [entry] : []));
    pairs += wide.length * models.length;
    if (wide.length === 0 || pairs > MAX_PAIRS) return;
    models.forEach((pattern, entry) => {
      if (repeated.has(entry)) return;
      const wider = wide.find((other) => {
        const others = models[other] ?? "";
        // Of two that match the same, the first stays.
        return others !== pattern && covers(others, pattern) && (other < entry || !covers(pattern, others));
      });
      if (wider === undefined) return;
      report({
        code: "rule/redundant-entry",
        path: at(entry),
        message: `this entry has no effect: ${shownValue(at(wider), file)} matches all that it matches`,
        help: "remove it, or narrow the other one",
        related: [{ path: at(wider), message: "the wider pattern" }],
      });
    });
  });
};

/** The patterns that the upstreams of a route list; `undefined` where one of them takes all models. */
type RouteModels = readonly string[] | undefined;

/** Reports a pattern of a client that fits none of the models which the upstreams of its routes take. */
const modelWithoutUpstream: Rule = (config, { report, known }) => {
  const { clients } = config.gateway_auth;
  if (clients.every(({ models }) => models === undefined)) return;
  const byRoute = routeModels(config, known);
  if (byRoute === undefined) return;
  const all = takenBy([...byRoute.values()]);
  let pairs = 0;
  clients.forEach(({ models = [], routes }, index) => {
    if (models.length === 0 || pairs > MAX_PAIRS) return;
    const taken = routes === undefined ? all : takenBy(routes.map((id) => byRoute.get(id)));
    if (taken === undefined || taken.length === 0) return;
    pairs += models.length * taken.length;
    models.forEach((pattern, entry) => {
      if (mayOverlap([pattern], taken)) return;
      report({
        code: "rule/model-without-upstream",
        path: clientPath(index, "models", entry),
        message: "no upstream of this client's routes takes a model that this matches",
        help: "compare it with the `models` of the upstreams",
      });
    });
  });
};

/** What several routes take together. */
function takenBy(routes: readonly RouteModels[]): RouteModels {
  return routes.includes(undefined) ? undefined : routes.flatMap((patterns) => patterns ?? []);
}

/** By the id of a route; `undefined` where a route can't be known. */
function routeModels(
  config: CompleteConfig,
  known: RuleContext["known"],
): ReadonlyMap<string, RouteModels> | undefined {
  const found = new Map<string, RouteModels>();
  for (const upstreams of eachRoute(config)) {
    const [first] = upstreams;
    if (first === undefined || !known(["routes", first.index, "id"])) return undefined;
    const open = upstreams.some((visit) => visit.upstream.models === undefined || !knowsModels(visit, known));
    found.set(first.route.id, open ? undefined : upstreams.flatMap(({ upstream }) => upstream.models ?? []));
  }
  return found;
}

export const CLIENT_MODEL_RULES: readonly Rule[] = [unlikelyPattern, redundantPattern, modelWithoutUpstream];
