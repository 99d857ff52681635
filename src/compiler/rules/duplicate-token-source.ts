// Is a place looked at twice? The second look can't find what the first did not.

import { eachDuplicate } from "./duplicates.ts";
import type { Rule } from "./rule.ts";

export const duplicateTokenSource: Rule = ({ gateway_auth }, { report, known }) => {
  const at = (index: number) => ["gateway_auth", "token_sources", index];
  eachDuplicate(
    gateway_auth.token_sources,
    ({ type, name }, index) =>
      known([...at(index), "type"]) && known([...at(index), "name"]) ? `${type} ${name?.toLowerCase()}` : undefined,
    (index, first) =>
      report({
        code: "rule/duplicate-token-source",
        path: [...at(index), "type"],
        message: "this source is in the list already",
        help: "drop one of the two",
        related: [{ path: [...at(first), "type"], message: "first listed here" }],
      }),
  );
};
