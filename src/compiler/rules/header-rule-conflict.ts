// Is a header removed that is injected anyway? Headers are removed first.

import type { Rule } from "./rule.ts";

export const headerRuleConflict: Rule = ({ routes }, { report, known }) => {
  routes.forEach(({ upstream }, route) => {
    const base = ["routes", route, "upstream"];
    const injected = new Map<string, number>();
    upstream.inject_headers.forEach(({ name }, index) => {
      if (known([...base, "inject_headers", index, "name"])) injected.set(name.toLowerCase(), index);
    });
    upstream.remove_headers.forEach((name, index) => {
      const set = injected.get(name.toLowerCase());
      if (set === undefined) return;
      report({
        code: "rule/header-rule-conflict",
        path: [...base, "remove_headers", index],
        message: "this header is removed, and then injected anyway",
        help: "drop it here: injecting replaces all of that name",
        related: [{ path: [...base, "inject_headers", set, "name"], message: "injected here" }],
      });
    });
  });
};
