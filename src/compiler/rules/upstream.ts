// Checks that each route has an upstream, and the URL of each upstream.

import { isLoopback, readAddress } from "../lower/address.ts";
import { exampleHelp, sectionLabel } from "../schema/labels.ts";
import { misspells } from "./misspells.ts";
import { misreadUrl } from "./other-syntax.ts";
import type { Rule } from "./rule.ts";
import { eachUpstream } from "./walks.ts";

/** Reports a route without an upstream, and an upstream without a URL. */
const missingUpstream: Rule = (config, context) => {
  const { report, written, known, file } = context;
  for (const { upstream, path, route, index } of eachUpstream(config)) {
    if (upstream.base_url !== undefined) continue;
    const routePath = ["routes", index];
    const shared = [...routePath, "upstream"];
    if (misspells(routePath, ["upstream", "upstreams"], context) || !known(shared)) continue;
    if ([path, shared].some((section) => misspells(section, ["base_url"], context))) continue;
    if (!route.pooled && !written(shared)) {
      const message = `"upstream" is missing ${sectionLabel(routePath, file)}`;
      const help = "write `upstream:` with base_url below it, or a list of several `upstreams`";
      report({ code: "schema/missing-key", path: shared, at: "missing", message, help });
      continue;
    }
    const missing = [...path, "base_url"];
    const message = `"base_url" is missing ${sectionLabel(path, file)}${route.pooled ? ", and `upstream` has none either" : ""}`;
    report({ code: "schema/missing-key", path: missing, at: "missing", message, help: exampleHelp(missing) });
  }
};

/** Reports a `base_url` that a path can't be appended to. */
const baseUrl: Rule = (config, { report, literal }) => {
  for (const { upstream, pathOf, baseUrl: read } of eachUpstream(config)) {
    if (upstream.base_url === undefined) continue;
    const path = pathOf("base_url");
    const misread = literal(path) ? misreadUrl(upstream.base_url) : undefined;
    if (misread !== undefined) report({ code: "env/other-syntax", path, ...misread });
    if (read.ok || misread !== undefined) continue;
    const message = `"base_url" ${read.why}`;
    report({ code: "rule/base-url", path, message, help: read.help });
  }
};

/** Reports an upstream that is the gateway itself. */
const selfUpstream: Rule = (config, { report, known }) => {
  const own = readAddress(config.listen);
  if (own === undefined || own.port === 0 || !known(["listen"])) return;
  const everywhere = own.host === "0.0.0.0" || own.host === "::";
  for (const { pathOf, baseUrl: read } of eachUpstream(config)) {
    if (!read.ok || read.target.port !== own.port) continue;
    const { hostname } = read.target;
    const same = hostname === own.host || (isLoopback(hostname) && (everywhere || isLoopback(own.host)));
    if (!same) continue;
    report({
      code: "rule/self-upstream",
      path: pathOf("base_url"),
      message: "this is the gateway's own address: requests would come back to it",
      help: "write the address of the upstream",
    });
  }
};

export const UPSTREAM_RULES: readonly Rule[] = [missingUpstream, baseUrl, selfUpstream];
