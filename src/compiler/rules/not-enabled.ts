// Checks that a section with settings is enabled, or says that it is not.

import type { Rule } from "./rule.ts";

/** The sections that do nothing without `enabled: true`. */
const SECTIONS: readonly (readonly string[])[] = [
  ["cors"],
  ["observability", "metrics"],
  ["observability", "tracing"],
  ["usage"],
];

/** Reports a section with settings but without `enabled`. `enabled: false` says that it is meant to be off. */
const notEnabled: Rule = (_config, { report, written, keys }) => {
  for (const path of SECTIONS) {
    if (keys(path).length === 0 || written([...path, "enabled"])) continue;
    report({
      code: "rule/not-enabled",
      path,
      at: "key",
      message: `"${path.at(-1)}" has no effect: it is off unless it says \`enabled: true\``,
      help: "add `enabled: true`, or `enabled: false` if it is meant to be off",
    });
  }
};

export const NOT_ENABLED_RULES: readonly Rule[] = [notEnabled];
