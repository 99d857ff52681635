// Is there a token that no client could ever show?

import type { Rule } from "./rule.ts";

export const tokenCharacters: Rule = ({ gateway_auth }, { report }) => {
  gateway_auth.tokens.forEach((token, index) => {
    const why = reason(token);
    if (why === undefined) return;
    const path = ["gateway_auth", "tokens", index];
    report({
      code: "rule/token-characters",
      path,
      message: `no client can show this token: ${why.why}`,
      help: why.help,
    });
  });
};

function reason(token: string): { readonly why: string; readonly help?: string } | undefined {
  if (/^Bearer\s/i.test(token)) return { why: "the scheme word is no part of it", help: "drop `Bearer `" };
  if (token !== token.trim())
    return { why: "it starts or ends with space", help: "from a file or a variable, look at its end" };
  if (/[^\x21-\x7e]/.test(token)) return { why: "it holds a space, a control character or one outside of ASCII" };
  return undefined;
}
