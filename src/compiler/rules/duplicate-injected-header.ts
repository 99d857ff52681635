// Is a header injected twice, perhaps under two spellings? Each replaces all of its name, so the last one counts.

import { eachDuplicate } from "./duplicates.ts";
import type { Rule } from "./rule.ts";

export const duplicateInjectedHeader: Rule = ({ routes }, { report, known }) => {
  routes.forEach(({ upstream }, route) => {
    const at = (index: number) => ["routes", route, "upstream", "inject_headers", index, "name"];
    eachDuplicate(
      upstream.inject_headers,
      ({ name }, index) => (known(at(index)) ? name.toLowerCase() : undefined),
      (index, first) =>
        report({
          code: "rule/duplicate-injected-header",
          path: at(index),
          message: "this header is injected twice, and only the last one counts",
          help: "drop one of the two; names are case-insensitive",
          related: [{ path: at(first), message: "first injected here" }],
        }),
    );
  });
};
