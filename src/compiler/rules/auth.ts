// Checks the gateway tokens, and the sources that they are read from.

import { FORWARDING, HOP_BY_HOP } from "../../plan/header-names.ts";
import { claimsHash, isHash, tokenSpec } from "../lower/gateway-token.ts";
import { RESTATED } from "./header-names.ts";
import type { Rule } from "./rule.ts";
import { eachDuplicate, eachUpstream } from "./walks.ts";

/** Reports a token that no client can send in a header. */
const tokenCharacters: Rule = ({ gateway_auth }, { report }) => {
  gateway_auth.tokens.forEach((token, index) => {
    const wrong = wrongCharacters(token);
    if (wrong === undefined) return;
    const message = `no client can send this token: ${wrong.why}`;
    report({ code: "rule/token-characters", path: ["gateway_auth", "tokens", index], message, help: wrong.help });
  });
};

function wrongCharacters(token: string): { readonly why: string; readonly help?: string } | undefined {
  if (/^Bearer\s/i.test(token)) return { why: "`Bearer ` is not part of the token", help: "drop `Bearer `" };
  if (token !== token.trim()) {
    return { why: "it starts or ends with white space", help: "look at the end of the file or variable it comes from" };
  }
  if (/[^\x21-\x7e]/.test(token)) {
    return { why: "it has a space, a control character or a character outside of ASCII" };
  }
  return undefined;
}

/** Reports a `sha256:` token that is not a hash: it would never match. */
const tokenHash: Rule = ({ gateway_auth }, { report }) => {
  gateway_auth.tokens.forEach((token, index) => {
    if (!claimsHash(token) || isHash(token)) return;
    report({
      code: "rule/token-hash",
      path: ["gateway_auth", "tokens", index],
      message: "after `sha256:` there must be 64 hex digits: the SHA-256 of the token",
      help: 'make them with: printf %s "$TOKEN" | sha256sum',
    });
  });
};

/** Reports a token that is in the list twice, as itself or as its hash. */
const duplicateToken: Rule = ({ gateway_auth: { tokens } }, { report, known }) => {
  const at = (index: number) => ["gateway_auth", "tokens", index];
  const digest = (token: string, index: number) => (known(at(index)) ? tokenSpec(token).digest.reveal() : undefined);
  for (const { index, first } of eachDuplicate(tokens, digest)) {
    report({
      code: "rule/duplicate-token",
      path: at(index),
      message: "this token is in the list already",
      help: "drop one of the two",
      related: [{ path: at(first), message: "first listed here" }],
    });
  }
};

/** Reports a source of type header without a name, and one of another type with a name. */
const tokenSourceName: Rule = ({ gateway_auth }, { report, known }) => {
  gateway_auth.token_sources.forEach(({ type, name }, index) => {
    const source = ["gateway_auth", "token_sources", index];
    const path = [...source, "name"];
    if (!known([...source, "type"])) return;
    if (type === "header" && name === undefined && known(path)) {
      const message = 'a source of type header needs "name"';
      report({ code: "rule/token-source", path, at: "missing", message, help: "for example `name: x-gw-token`" });
    }
    if (type === "authorization_bearer" && name !== undefined) {
      const message = 'a source of type authorization_bearer takes no "name"';
      report({ code: "rule/token-source", path, at: "key", message, help: "drop it, or write `type: header`" });
    }
  });
};

/** Reports a token header that clients can't use, because it belongs to the connection. */
const tokenSourceHeader: Rule = ({ gateway_auth }, { report, known }) => {
  gateway_auth.token_sources.forEach(({ type, name }, index) => {
    const source = ["gateway_auth", "token_sources", index];
    const header = name?.toLowerCase();
    if (type !== "header" || header === undefined || !known([...source, "type"])) return;
    if (!HOP_BY_HOP.has(header) && !RESTATED.has(header)) return;
    const message = "this header belongs to the connection: clients can't put a token into it";
    const help = "choose another, such as x-gw-token";
    report({ code: "rule/token-source", path: [...source, "name"], message, help });
  });
};

/** Reports a source that is in the list twice: the second can't find what the first did not. */
const duplicateTokenSource: Rule = ({ gateway_auth: { token_sources } }, { report, known }) => {
  const at = (index: number, key: "type" | "name") => ["gateway_auth", "token_sources", index, key];
  const duplicates = eachDuplicate(token_sources, ({ type, name }, index) =>
    known(at(index, "type")) && known(at(index, "name")) ? `${type} ${name?.toLowerCase()}` : undefined,
  );
  for (const { index, first } of duplicates) {
    report({
      code: "rule/duplicate-token-source",
      path: at(index, "type"),
      message: "this source is in the list already",
      help: "drop one of the two",
      related: [{ path: at(first, "type"), message: "first listed here" }],
    });
  }
};

/** Reports a token header that every route wants to forward: a token header is never sent upstream. */
const tokenSourceContradicted: Rule = (config, { report }) => {
  if (![...eachUpstream(config)].every(({ upstream }) => upstream.forward_xff)) return;
  config.gateway_auth.token_sources.forEach(({ type, name }, index) => {
    if (type !== "header" || name === undefined || !FORWARDING.has(name.toLowerCase())) return;
    report({
      code: "rule/token-source-contradicted",
      path: ["gateway_auth", "token_sources", index, "name"],
      message: "every route has forward_xff, but a token header is never sent upstream",
      help: "take the token from another header",
    });
  });
};

export const AUTH_RULES: readonly Rule[] = [
  tokenCharacters,
  tokenHash,
  duplicateToken,
  tokenSourceName,
  tokenSourceHeader,
  duplicateTokenSource,
  tokenSourceContradicted,
];
