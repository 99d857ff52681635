// Checks the gateway tokens themselves.

import type { Path } from "../diagnostics/location.ts";
import { isLoopback, readAddress } from "../lower/address.ts";
import { claimsHash, isHash, tokenSpec } from "../lower/gateway-token.ts";
import { eachSecret } from "./each-secret.ts";
import { eachToken, type TokenVisit } from "./each-token.ts";
import { misreadSecret } from "./other-syntax.ts";
import type { Rule } from "./rule.ts";
import { eachDuplicate } from "./walks.ts";

/** Reports a token that no client can send in a header. */
const tokenCharacters: Rule = (config, { report }) => {
  for (const { token, path } of eachToken(config)) {
    const wrong = wrongCharacters(token);
    if (wrong === undefined) continue;
    const message = `no client can send this token: ${wrong.why}`;
    report({ code: "rule/token-characters", path, message, help: wrong.help });
  }
};

/** What RFC 9110, section 5.5 does not allow in a field value. White space inside is allowed. */
const CONTROL = /[^\P{Cc}\t]/u;

function wrongCharacters(token: string): { readonly why: string; readonly help?: string } | undefined {
  if (/^Bearer\s/i.test(token)) return { why: "`Bearer ` is not part of the token", help: "remove `Bearer `" };
  if (/^[ \t\r\n]|[ \t\r\n]$/.test(token)) {
    return {
      why: "it starts or ends with white space",
      help: "check the start and the end of the file or variable that it comes from",
    };
  }
  if (/[\r\n]/.test(token)) {
    return { why: "it has a line break in it", help: "write each token as an item of its own" };
  }
  return CONTROL.test(token) ? { why: "it has a control character in it" } : undefined;
}

/** Reports a token outside of ASCII. Clients differ in how they send it: the gateway expects UTF-8. */
const tokenEncoding: Rule = (config, { report }) => {
  for (const { token, path } of eachToken(config)) {
    if (!/[^\p{ASCII}]/u.test(token)) continue;
    report({
      code: "rule/token-characters",
      severity: "warning",
      path,
      message: "this token has a character outside of ASCII, such as a typographic quote or an invisible space",
      help: "use ASCII only: many clients can't send other characters in a header, or send them in another encoding",
    });
  }
};

/** Of an empty text, and of a line break alone: `echo "$TOKEN" | sha256sum` without the variable. */
const EMPTY_HASHES: ReadonlySet<string> = new Set([
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b",
]);

/** Reports a `sha256:` token that is not a hash, or the hash of nothing: it would never match. */
const tokenHash: Rule = (config, { report }) => {
  for (const { token, path, digest } of eachToken(config)) {
    if (!claimsHash(token)) continue;
    const help = 'make it with: printf %s "$TOKEN" | sha256sum';
    if (!isHash(token)) {
      const message = "after `sha256:` there must be 64 hex digits: the SHA-256 of the token";
      report({ code: "rule/token-hash", path, message, help });
    } else if (EMPTY_HASHES.has(digest)) {
      const message = "this is the SHA-256 of an empty text: most likely a variable was not set when it was made";
      report({ code: "rule/token-hash", path, message, help });
    }
  }
};

/** Reports a token that is in the file twice, as itself or as its hash: it belongs to one client, or to none. */
const duplicateToken: Rule = (config, { report, known }) => {
  const tokens = eachToken(config);
  for (const { index, first } of eachDuplicate(tokens, ({ path, digest }) => (known(path) ? digest : undefined))) {
    const [one, other] = [tokens[first], tokens[index]];
    if (one === undefined || other === undefined) continue;
    report({
      code: "rule/duplicate-token",
      path: other.path,
      ...duplicateTexts(one, other),
      related: [{ path: one.path, message: "first listed here" }],
    });
  }
};

function duplicateTexts(first: TokenVisit, second: TokenVisit): { readonly message: string; readonly help: string } {
  if (first.client === second.client) {
    return { message: "this token is in the list already", help: "remove one of the two" };
  }
  // A client's scopes and limits would say nothing about a token that may do everything.
  if (first.client === undefined) {
    const help = "remove it there, or give the client a token of its own: ai-gw-lite token";
    return { message: "this token is also in `gateway_auth.tokens`, where it may do everything", help };
  }
  const help = "give each client a token of its own: ai-gw-lite token";
  return { message: "this token belongs to another client already", help };
}

/** Fewer characters can be guessed by trying. A token made of random letters and digits has some 6 bits in each. */
const LEAST_CHARACTERS = 16;
/** The bound for a gateway that only this machine reaches. */
const LEAST_ON_LOOPBACK = 8;

/** Reports a token that is short enough to be guessed. */
const shortToken: Rule = (config, context) => {
  const host = readAddress(config.listen)?.host;
  if (host === undefined || !context.known(["listen"])) return;
  const least = isLoopback(host) ? LEAST_ON_LOOPBACK : LEAST_CHARACTERS;
  for (const secret of eachSecret(config, context)) {
    if (secret.kind !== "token" || secret.path[0] !== "gateway_auth" || [...secret.value].length >= least) continue;
    // A placeholder or a reference is no token: another rule reports it.
    if (misreadSecret(secret) !== undefined) continue;
    const why = isLoopback(host) ? "it can be guessed" : "other machines can connect and guess it";
    const message = `this token has fewer than ${least} characters: ${why}`;
    const help = "make one with: ai-gw-lite token";
    context.report({ code: "rule/short-token", path: secret.path, message, help });
  }
};

/** Reports a gateway token that is also a key of a provider: each client then holds the key that the gateway should hide. */
const upstreamKeyReused: Rule = (config, context) => {
  const tokens = new Map<string, Path>();
  for (const { path, digest } of eachToken(config)) if (context.known(path)) tokens.set(digest, path);
  for (const { kind, value, path } of eachSecret(config, context)) {
    if (kind !== "key") continue;
    const key = value.replace(/^\s*Bearer\s+/i, "").trim();
    const same = claimsHash(key) ? undefined : tokens.get(tokenSpec(key).digest.reveal());
    if (same === undefined) continue;
    context.report({
      code: "rule/upstream-key-reused",
      path: same,
      message:
        "this token is also the key that is sent upstream: every client could use the upstream without the gateway",
      help: "make a separate token for clients: ai-gw-lite token",
      related: [{ path, message: "sent upstream here" }],
    });
  }
};

export const TOKEN_RULES: readonly Rule[] = [
  tokenCharacters,
  tokenEncoding,
  tokenHash,
  duplicateToken,
  shortToken,
  upstreamKeyReused,
];
