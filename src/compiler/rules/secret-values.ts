// Checks the values of secrets: quotes, blanks, comments and commas that got into them on their way from a variable or a file.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import type { ReferenceValue } from "../read/interpolate.ts";
import { eachSecret, type SecretVisit } from "./each-secret.ts";
import { eachToken } from "./each-token.ts";
import type { Rule } from "./rule.ts";

interface Flaw {
  /** The rest of a sentence that starts with what the value is called. */
  readonly why: string;
  readonly help: string;
}

/** Reports a variable or a file whose value is more than the secret. */
const resolvedValues: Rule = (config, context) => {
  for (const secret of eachSecret(config, context)) {
    for (const reference of context.references(secret.path)) {
      const flaw = flawOf(reference, secret);
      if (flaw === undefined) continue;
      const message = `the value of ${reference.source} ${flaw.why}`;
      context.report({ code: "rule/secret-characters", path: secret.path, message, help: flaw.help });
    }
  }
};

function flawOf({ source, text, fallback }: ReferenceValue, secret: SecretVisit): Flaw | undefined {
  const where = whereOf(source, fallback);
  if (/^(["']).*\1$/s.test(text) || /^[“”„‘’«].*[“”‘’»]$/s.test(text)) {
    const why = "is in quotes, and the quotes are part of it";
    return { why, help: `remove the quotes ${where}; \`docker run --env-file\` keeps quotes` };
  }
  if (secret.kind === "header" || secret.kind === "username") return undefined;
  // A token with white space around it is an error of its own.
  if (text !== text.trim() && secret.kind !== "token") {
    return { why: "starts or ends with white space, which is part of it", help: `remove it ${where}` };
  }
  if (secret.kind === "password") return undefined;
  return notOnlySecret(text, where) ?? commaIn(text, secret, where);
}

/** Where a value can be changed. */
function whereOf(source: string, fallback: boolean): string {
  if (fallback) return "in the fallback";
  return source.startsWith("${file:") ? "in the file" : `where ${source.slice(2, -1)} is set`;
}

/** Forms of files and env files that hold more than the secret. */
function notOnlySecret(text: string, where: string): Flaw | undefined {
  if (/\s#/.test(text)) {
    const help = `remove the comment ${where}; many readers of env files keep it`;
    return { why: "has a comment behind it, which is part of it", help };
  }
  if (/^(?:export\s+)?[A-Z][A-Z0-9_]*=/.test(text)) {
    return { why: "starts with `NAME=`, which is part of it", help: `leave only the secret itself ${where}` };
  }
  if (/^\{[^{}]*"\s*:/s.test(text)) {
    return { why: "is JSON, not the secret itself", help: `leave only the secret itself ${where}` };
  }
  return undefined;
}

function commaIn(text: string, secret: SecretVisit, where: string): Flaw | undefined {
  if (!hasComma(text, secret)) return undefined;
  if (secret.kind === "key") {
    return { why: "has a comma in it: a provider takes one key at a time", help: `leave one key ${where}` };
  }
  const why = "has a comma in it: it counts as one token, not as two";
  return { why, help: "for several tokens, give each a variable and an item `- ${NAME}` of its own" };
}

/** Whether a comma separates what should be several secrets. The credentials of schemes other than Bearer, and cookies, may have commas. */
function hasComma(text: string, { kind, value, path }: SecretVisit): boolean {
  if (!text.includes(",")) return false;
  return kind === "token" ? path[0] === "gateway_auth" : !/^(?!Bearer\b)[\w.-]+[\s=]/i.test(value);
}

/** Reports a comma in a token that is written out: two tokens in one item. */
const writtenComma: Rule = (config, { report, literal }) => {
  for (const { token, path } of eachToken(config)) {
    if (!token.includes(",") || !literal(path)) continue;
    const message = "this token has a comma in it: it counts as one token, not as two";
    report({
      code: "rule/secret-characters",
      path,
      message,
      help: "if these are several tokens, write each as an item of its own",
    });
  }
};

export const SECRET_VALUE_RULES: readonly Rule[] = [resolvedValues, writtenComma];
