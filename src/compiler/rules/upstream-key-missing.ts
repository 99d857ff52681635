// Does an upstream limit bind a route that has no upstream key? It counts per key.

import { upstreamKey } from "../lower/upstream-key.ts";
import { quote, routeLabel } from "../schema/labels.ts";
import type { Rule } from "./rule.ts";

export const upstreamKeyMissing: Rule = ({ concurrency, routes }, { report, known, file }) => {
  const global = ["concurrency", "upstream_per_key_max_inflight"];
  routes.forEach(({ upstream }, route) => {
    const base = ["routes", route, "upstream"];
    const own = upstream.upstream_key_max_inflight !== undefined;
    if (!own && concurrency.upstream_per_key_max_inflight === undefined) return;
    const settled = upstream.inject_headers.every(
      (_, index) =>
        known([...base, "inject_headers", index, "value"]) && known([...base, "inject_headers", index, "name"]),
    );
    if (!settled || !known([...base, "inject_headers"]) || upstreamKey(upstream.inject_headers) !== undefined) return;
    const limit = own ? [...base, "upstream_key_max_inflight"] : global;
    if (!known(limit) || !known(base)) return;
    report({
      code: "rule/upstream-key-missing",
      path: own ? limit : base,
      at: "key",
      message: `${quote(String(limit.at(-1)))} counts per upstream key, and ${routeLabel(route, file)} injects none`,
      help: "inject an authorization or x-api-key header with a value, or drop the limit",
      related: own ? [] : [{ path: limit, message: "the limit is set here" }],
    });
  });
};
