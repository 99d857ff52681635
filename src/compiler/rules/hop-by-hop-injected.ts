// Is a header injected that can't be set? Connections and framing are the gateway's.

import { HOP_BY_HOP } from "../../plan/header-names.ts";
import { RESTATED } from "./headers.ts";
import type { Rule } from "./rule.ts";

export const hopByHopInjected: Rule = ({ routes }, { report }) => {
  routes.forEach(({ upstream }, route) => {
    upstream.inject_headers.forEach(({ name }, index) => {
      const why = reason(name.toLowerCase());
      if (why === undefined) return;
      const path = ["routes", route, "upstream", "inject_headers", index, "name"];
      report({
        code: "rule/hop-by-hop-injected",
        path,
        message: `this header can't be injected: ${why}`,
        help: "drop this header",
      });
    });
  });
};

function reason(name: string): string | undefined {
  if (name === "host") return "it is always the upstream's";
  if (RESTATED.has(name)) return "the gateway states the framing itself";
  if (HOP_BY_HOP.has(name)) return "it ends at this hop";
  return name === "expect" ? "the gateway answers it itself" : undefined;
}
