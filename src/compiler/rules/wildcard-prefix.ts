// Is a prefix written with a wildcard? It has no meaning: a prefix takes all below it anyway.

import { literalAt } from "../schema/labels.ts";
import type { Rule } from "./rule.ts";

export const wildcardPrefix: Rule = ({ routes }, { report, file }) => {
  routes.forEach(({ prefix }, index) => {
    const wildcard = /\/(?:\*+|:[\w*]+|\{[^/]*\}|\(\.\*\))$/.exec(prefix);
    if (wildcard === null) return;
    const path = ["routes", index, "prefix"];
    const shown = literalAt(path, file) === undefined ? undefined : prefix.slice(0, wildcard.index) || "/";
    report({
      code: "rule/wildcard-prefix",
      path,
      message: "a prefix has no wildcards: this one matches only a path that has these characters in it",
      help:
        shown === undefined
          ? "drop the last segment: a prefix takes all below it"
          : `write ${shown}: a prefix takes all below it`,
    });
  });
};
