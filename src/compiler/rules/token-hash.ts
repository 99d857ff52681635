// Is a `sha256:` token a hash at all?

import { claimsHash, isHash } from "../lower/gateway-token.ts";
import type { Rule } from "./rule.ts";

export const tokenHash: Rule = ({ gateway_auth }, { report }) => {
  gateway_auth.tokens.forEach((token, index) => {
    if (!claimsHash(token) || isHash(token)) return;
    report({
      code: "rule/token-hash",
      path: ["gateway_auth", "tokens", index],
      message: "after `sha256:` come the 64 hex digits of the token's SHA-256",
      help: 'make them with: printf %s "$TOKEN" | sha256sum',
    });
  });
};
