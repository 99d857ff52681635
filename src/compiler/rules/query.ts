// Checks the query parameters that are injected into upstream requests.

import { carriesSecret } from "../lower/upstream-key.ts";
import type { Rule } from "./rule.ts";
import { eachDuplicate, eachUpstream } from "./walks.ts";

/** Reports a parameter that is injected twice: each replaces all parameters of its name. */
const duplicateParameter: Rule = (config, { report, known }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    const at = (index: number) => pathOf("inject_query", index, "name");
    const duplicates = eachDuplicate(upstream.inject_query, ({ name }, index) => (known(at(index)) ? name : undefined));
    for (const { index, first } of duplicates) {
      report({
        code: "rule/duplicate-injected-parameter",
        path: at(index),
        message: "this parameter is injected twice, and only the last one counts",
        help: "remove one of the two",
        related: [{ path: at(first), message: "first injected here" }],
      });
    }
  }
};

/** Reports a parameter of a key without a key in it. */
const emptyKeyParameter: Rule = (config, { report, known }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    upstream.inject_query.forEach(({ name, value }, index) => {
      const parameter = pathOf("inject_query", index);
      if (!known([...parameter, "name"]) || !carriesSecret(name) || value.trim() !== "") return;
      const message = "this parameter is sent without a key in it";
      const help = "check the variable it comes from, or remove the parameter";
      report({ code: "rule/empty-key-header", path: [...parameter, "value"], message, help });
    });
  }
};

export const QUERY_RULES: readonly Rule[] = [duplicateParameter, emptyKeyParameter];
