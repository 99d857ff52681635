// Refuses references in the syntax of another tool, and placeholders, where a secret or a file name belongs.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import type { Path } from "../diagnostics/location.ts";
import {
  isPlaceholder,
  nameAsSecret,
  otherSyntax,
  otherSyntaxTexts,
  pathAsSecret,
  shownForm,
} from "../diagnostics/other-syntax.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import { eachSecret, type SecretVisit } from "./each-secret.ts";
import type { Rule } from "./rule.ts";
import { eachUpstream } from "./walks.ts";

const CODE = "env/other-syntax";

/** What is wrong with a secret that is written out: the message, and the help. */
interface Misread {
  readonly message: string;
  readonly help: string;
}

/** What is written in place of a secret, such as a placeholder; `undefined` when the text may be the secret. */
export function misreadSecret({ value, kind, variable }: SecretVisit): Misread | undefined {
  const other = otherSyntax(value);
  // A password may well start with a dollar sign.
  const mayBePassword = (kind === "password" || kind === "username") && other?.write === undefined;
  if (other !== undefined && !(mayBePassword && other.form === "$NAME")) {
    const { message, help } = otherSyntaxTexts(other);
    return { message, help: /^\s*Bearer\s/i.test(value) ? help.replace("write $", () => "write Bearer $") : help };
  }
  if (kind !== "token" && kind !== "key") return undefined;
  if (isPlaceholder(value)) {
    const what = kind === "token" ? "a token" : "a key";
    const help = `put ${what} into the environment, and write \${${variable}}`;
    return { message: `this is a placeholder, not ${what}`, help };
  }
  const path = pathAsSecret(value);
  if (path !== undefined) return { message: "this is the name of a file, not its contents", help: `write ${path}` };
  const name = nameAsSecret(value);
  if (name !== undefined) return { message: "this is the name of a variable, not its value", help: `write ${name}` };
  return undefined;
}

/** Reports a reference of another tool, or a placeholder, in place of a secret. Clients that send this text would be let in. */
const writtenSecrets: Rule = (config, context) => {
  for (const secret of eachSecret(config, context)) {
    const misread = context.literal(secret.path) ? misreadSecret(secret) : undefined;
    if (misread !== undefined) context.report({ code: CODE, path: secret.path, ...misread });
  }
};

/**
 * Reports a variable or a file that holds a placeholder or a reference: a copied `.env.example`. It is a warning, because a
 * config may be checked with made-up secrets.
 */
const resolvedSecrets: Rule = (config, context) => {
  for (const secret of eachSecret(config, context)) {
    for (const { source, text, fallback } of context.references(secret.path)) {
      const misread = fallback ? undefined : misreadSecret({ ...secret, value: text });
      if (misread === undefined) continue;
      const other = otherSyntax(text);
      const message =
        other === undefined
          ? `the value of ${source} is a placeholder or a name, not the secret itself`
          : `the value of ${source} is ${shownForm(other.form)} itself, which is not replaced again`;
      const help = "set it to the secret itself";
      context.report({ code: CODE, severity: "warning", path: secret.path, message, help });
    }
  }
};

/** Reports `~` or another tool's variable at the start of a file name: the gateway would look for a folder of this name. */
const filePaths: Rule = (config, context) => {
  for (const { value, path } of eachPath(config)) {
    const misread = context.literal(path) ? misreadPath(value) : undefined;
    if (misread !== undefined) context.report({ code: CODE, path, ...misread });
  }
};

/** A part of a URL that is to be replaced: the name of a resource in a manual, a variable of another tool. */
const URL_PARTS: readonly (readonly [shown: string, pattern: RegExp])[] = [
  ["<…>", /<[^<>]*>/],
  ["{…}", /\{[^{}]*\}/],
  ["$NAME", /\$[A-Z_][A-Z0-9_]*/],
  ["%NAME%", /%[A-Z_][A-Z0-9_]{2,}%/],
  ["YOUR_…", /\bYOUR[-_]|\byour-(?:resource|host|server|domain|endpoint)\b/],
];

/** What is wrong with a URL that is written out and has such a part. */
export function misreadUrl(url: string): Misread | undefined {
  const [shown, pattern] = URL_PARTS.find(([, one]) => one.test(url)) ?? [];
  if (shown === undefined) return undefined;
  if (!shown.includes("NAME")) {
    return { message: `this URL has a placeholder in it: \`${shown}\``, help: "write the real name in its place" };
  }
  const name = pattern?.exec(url)?.[0].replace(/[$%]/g, "");
  return { message: `\`${shown}\` is not replaced in this URL`, help: `write \${${name}}` };
}

/** What is wrong with a file name, such as a `~` at its start; `undefined` when it may be right. */
export function misreadPath(value: string): Misread | undefined {
  if (/^~[\w-]*(?:\/|$)/.test(value)) {
    return { message: "`~` is not replaced by the home folder here", help: `write \${HOME}${homePath(value)}` };
  }
  const [head = ""] = value.split("/", 1);
  const other = otherSyntax(head) ?? otherSyntax(value);
  if (other === undefined || other.form === "file:PATH") return undefined;
  const rest = value.slice(head.length);
  const help = other.write === undefined ? `write \${NAME}` : `write ${other.write}${rest}`;
  return { message: `\`${other.form}\` is not replaced here`, help };
}

/** The path below the home folder; of `~other/x` the folder of another user is not known. */
function homePath(value: string): string {
  return value.startsWith("~/") ? value.slice(1) : "/…";
}

function* eachPath(config: CompleteConfig): Generator<{ value: string; path: Path }> {
  const { inbound_tls, observability, usage } = config;
  for (const { upstream, pathOf } of eachUpstream(config)) {
    for (const key of ["ca_path", "cert_path", "key_path"] as const) {
      const value = upstream.tls?.[key];
      if (value !== undefined) yield { value, path: pathOf("tls", key) };
    }
  }
  for (const [key, value] of Object.entries(inbound_tls ?? {})) {
    if (typeof value === "string") yield { value, path: ["inbound_tls", key] };
  }
  const { file } = observability.logging;
  if (file !== undefined) yield { value: file.dir, path: ["observability", "logging", "file", "dir"] };
  yield { value: usage.ledger.dir, path: ["usage", "ledger", "dir"] };
}

export const OTHER_SYNTAX_RULES: readonly Rule[] = [writtenSecrets, resolvedSecrets, filePaths];
