// Is a header removed that never goes upstream as it came, or twice?

import { FORWARDING, HOP_BY_HOP } from "../../plan/header-names.ts";
import { tokenHeaders } from "../lower/forward.ts";
import type { CompleteUpstream } from "../schema/defaults.ts";
import { eachDuplicate } from "./duplicates.ts";
import { RESTATED } from "./headers.ts";
import type { Rule } from "./rule.ts";

export const redundantRemove: Rule = (config, { report, known }) => {
  const tokens = known(["gateway_auth", "token_sources"]) ? new Set(tokenHeaders(config)) : new Set<string>();
  config.routes.forEach(({ upstream }, route) => {
    const at = (index: number) => ["routes", route, "upstream", "remove_headers", index];
    upstream.remove_headers.forEach((name, index) => {
      const why = reason(name.toLowerCase(), upstream, tokens);
      if (why !== undefined)
        report({
          code: "rule/redundant-remove",
          path: at(index),
          message: `nothing comes of this entry: ${why}`,
          help: "drop it",
        });
    });
    eachDuplicate(
      upstream.remove_headers,
      (name, index) => (known(at(index)) ? name.toLowerCase() : undefined),
      (index, first) =>
        report({
          code: "rule/redundant-remove",
          path: at(index),
          message: "nothing comes of this entry: the header is removed already",
          help: "drop it; names are case-insensitive",
          related: [{ path: at(first), message: "removed here" }],
        }),
    );
  });
};

function reason(name: string, upstream: CompleteUpstream, tokens: ReadonlySet<string>): string | undefined {
  if (upstream.inject_headers.some((header) => header.name.toLowerCase() === name)) return undefined;
  if (tokens.has(name)) return "the header of a token never goes upstream";
  if (HOP_BY_HOP.has(name) || name === "expect") return "a header of the connection never goes upstream";
  if (RESTATED.has(name)) return "the gateway states this header itself";
  if (!upstream.forward_xff && FORWARDING.has(name)) return "without forward_xff the header never goes upstream";
  return undefined;
}
