// Does a token stand twice in the list, as itself or as its hash?

import { tokenSpec } from "../lower/gateway-token.ts";
import { eachDuplicate } from "./duplicates.ts";
import type { Rule } from "./rule.ts";

export const duplicateToken: Rule = ({ gateway_auth }, { report, known }) => {
  const at = (index: number) => ["gateway_auth", "tokens", index];
  eachDuplicate(
    gateway_auth.tokens,
    (token, index) => (known(at(index)) ? tokenSpec(token).digest.reveal() : undefined),
    (index, first) =>
      report({
        code: "rule/duplicate-token",
        path: at(index),
        message: "this token is in the list already",
        help: "drop one of the two",
        related: [{ path: at(first), message: "first listed here" }],
      }),
  );
};
