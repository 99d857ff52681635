// Checks `upstream_defaults`: a default that no route takes has no effect.

import { quote } from "../schema/labels.ts";
import { shapeAt } from "../schema/shape.ts";
import type { Rule } from "./rule.ts";

/** Reports a default that every route replaces by a value of its own. */
const defaultUnused: Rule = ({ routes }, { report, keys }) => {
  const section = ["upstream_defaults"];
  for (const key of keys(section)) {
    // A key that is not allowed here, such as `base_url`, is an error already.
    if (shapeAt([...section, key]) === undefined || routes.some(({ inherited }) => inherited.has(key))) continue;
    report({
      code: "rule/default-unused",
      path: [...section, key],
      at: "key",
      message: `this default has no effect: every route sets ${quote(key)} itself`,
      help: "remove it here, or in the routes that should take it",
    });
  }
};

export const INHERITED_RULES: readonly Rule[] = [defaultUnused];
