// Checks the ids and prefixes of the routes.

import { readTarget } from "../../plan/target.ts";
import { literalAt, shownValue } from "../schema/labels.ts";
import type { Rule } from "./rule.ts";
import { eachDuplicate } from "./walks.ts";

/** The paths that the gateway always answers itself. */
export const BUILT_IN_PATHS: readonly string[] = ["/healthz", "/readyz"];

/** Reports two routes with one id: logs, metrics and limits could not distinguish them. */
const duplicateRouteId: Rule = ({ routes }, { report, known, file }) => {
  const at = (index: number) => ["routes", index, "id"];
  for (const { index, first } of eachDuplicate(routes, ({ id }, i) => (known(at(i)) ? id : undefined))) {
    report({
      code: "rule/duplicate-route-id",
      path: at(index),
      message: `the id ${shownValue(at(index), file)} is taken by another route`,
      help: "give each route an id of its own",
      related: [{ path: at(first), message: "first used here" }],
    });
  }
};

const UNMATCHED = "__unmatched__";

/** Reports a route with the id under which unmatched requests are counted. */
const reservedRouteId: Rule = ({ routes }, { report }) => {
  routes.forEach(({ id }, index) => {
    if (id !== UNMATCHED) return;
    const message = `the id "${UNMATCHED}" is reserved for requests that match no route`;
    report({ code: "rule/reserved-route-id", path: ["routes", index, "id"], message, help: "choose another id" });
  });
};

/** Reports two routes with one prefix: only one of them could ever be chosen. */
const duplicatePrefix: Rule = ({ routes }, { report, known, file }) => {
  const at = (index: number) => ["routes", index, "prefix"];
  for (const { index, first } of eachDuplicate(routes, ({ prefix }, i) => (known(at(i)) ? prefix : undefined))) {
    report({
      code: "rule/duplicate-prefix",
      path: at(index),
      message: `the prefix ${shownValue(at(index), file)} is taken by another route`,
      help: "give each route a prefix of its own; of two that match, the longer wins",
      related: [{ path: at(first), message: "first used here" }],
    });
  }
};

/** Reports a route below a built-in endpoint: the endpoint gets its requests. */
const reservedPrefix: Rule = ({ routes, observability: { metrics } }, { report, known }) => {
  const code = "rule/reserved-prefix";
  // With a separate address, the metrics take no path from the routes.
  const shared = metrics.enabled && metrics.listen === undefined && known(["observability", "metrics", "path"]);
  const metricsPath = shared ? metrics.path : undefined;
  routes.forEach(({ prefix }, index) => {
    const path = ["routes", index, "prefix"];
    const builtIn = BUILT_IN_PATHS.find((taken) => isAtOrBelow(prefix, taken));
    if (builtIn !== undefined) {
      const message = `${builtIn} is a built-in endpoint: this route would not get its requests`;
      report({ code, path, message, help: "choose another prefix" });
    } else if (metricsPath !== undefined && isAtOrBelow(prefix, metricsPath)) {
      const message = "the metrics are served here: this route would not get all its requests";
      report({ code, path, message, help: "choose another prefix, or another metrics path" });
    }
  });
};

function isAtOrBelow(prefix: string, taken: string): boolean {
  return prefix === taken || prefix.startsWith(`${taken}/`);
}

/** Reports a prefix that no request path can match. */
const unreachableRoute: Rule = ({ routes }, { report }) => {
  routes.forEach(({ prefix }, index) => {
    const wrong = unreachable(prefix);
    if (wrong === undefined) return;
    const message = `no request can reach this route: ${wrong.why}`;
    report({ code: "rule/unreachable-route", path: ["routes", index, "prefix"], message, help: wrong.help });
  });
};

function unreachable(prefix: string): { readonly why: string; readonly help: string } | undefined {
  if (prefix.includes("?")) {
    return { why: "the query is not part of the path", help: "remove the `?` and what follows" };
  }
  if (readTarget(prefix) === undefined) {
    return { why: "paths with dot segments, backslashes or `#` are refused", help: "write the path that clients send" };
  }
  if (/[^\x21-\x7e]/.test(prefix)) {
    return {
      why: "clients send spaces and non-ASCII characters percent-encoded",
      help: "write them percent-encoded, with the upper or lower case that clients use",
    };
  }
  return undefined;
}

/** Reports a prefix that ends in a wildcard: a wildcard has no meaning, and a prefix matches all paths below it. */
const wildcardPrefix: Rule = ({ routes }, { report, file }) => {
  routes.forEach(({ prefix }, index) => {
    const wildcard = /\/(?:\*+|:[\w*]+|\{[^/]*\}|\(\.\*\))$/.exec(prefix);
    if (wildcard === null) return;
    const path = ["routes", index, "prefix"];
    const literal = literalAt(path, file) === undefined ? undefined : prefix.slice(0, wildcard.index) || "/";
    report({
      code: "rule/wildcard-prefix",
      path,
      message: "a prefix has no wildcards: this one matches only a path that has these characters in it",
      help: `${literal === undefined ? "remove the last segment" : `write ${literal}`}: a prefix matches all paths below it`,
    });
  });
};

export const ROUTE_RULES: readonly Rule[] = [
  duplicateRouteId,
  reservedRouteId,
  duplicatePrefix,
  reservedPrefix,
  unreachableRoute,
  wildcardPrefix,
];
