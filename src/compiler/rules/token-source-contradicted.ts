// Does every route want to pass on the header that tokens come in? A token header never goes upstream.

import { FORWARDING } from "../../plan/header-names.ts";
import type { Rule } from "./rule.ts";

export const tokenSourceContradicted: Rule = ({ gateway_auth, routes }, { report }) => {
  if (!routes.every(({ upstream }) => upstream.forward_xff)) return;
  gateway_auth.token_sources.forEach(({ type, name }, index) => {
    if (type !== "header" || name === undefined || !FORWARDING.has(name.toLowerCase())) return;
    report({
      code: "rule/token-source-contradicted",
      path: ["gateway_auth", "token_sources", index, "name"],
      message: "every route has forward_xff, but as a token header this one never goes upstream",
      help: "take the token from another header",
    });
  });
};
