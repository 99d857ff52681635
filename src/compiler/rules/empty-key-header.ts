// Is a key header injected that holds no key?

import { carriesSecret } from "./headers.ts";
import type { Rule } from "./rule.ts";

export const emptyKeyHeader: Rule = ({ routes }, { report, known }) => {
  routes.forEach(({ upstream }, route) => {
    upstream.inject_headers.forEach(({ name, value }, index) => {
      const base = ["routes", route, "upstream", "inject_headers", index];
      if (!known([...base, "name"]) || !carriesSecret(name) || !/^\s*(?:Bearer)?\s*$/i.test(value)) return;
      report({
        code: "rule/empty-key-header",
        path: [...base, "value"],
        message: "this header is sent without a key in it",
        help: "look at the variable it comes from, or drop the header",
      });
    });
  });
};
