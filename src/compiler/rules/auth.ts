// Checks that there is a gateway token, and the sources that tokens are read from.

import { FORWARDING, HOP_BY_HOP } from "../../plan/header-names.ts";
import { exampleHelp, sectionLabel } from "../schema/labels.ts";
import { SET_BY_GATEWAY } from "./header-names.ts";
import { misspells } from "./misspells.ts";
import type { Rule } from "./rule.ts";
import { eachDuplicate, eachUpstream } from "./walks.ts";

/** Reports a gateway without any token: nobody could use it. A client without one is reported by the schema. */
const missingTokens: Rule = (config, context) => {
  const { tokens, clients } = config.gateway_auth;
  const { report, written, known } = context;
  const section = ["gateway_auth"];
  if (tokens.length + clients.length > 0 || !known([...section, "tokens"]) || !known([...section, "clients"])) return;
  const empty = ["tokens", "clients"].find((key) => written([...section, key]));
  if (empty !== undefined) {
    const path = [...section, empty];
    report({ code: "schema/too-few", path, message: `"${empty}" must not be empty`, help: exampleHelp(path) });
  } else if (!misspells(section, ["tokens", "clients"], context)) {
    const path = [...section, "tokens"];
    const message = `"tokens" is missing ${sectionLabel(section, context.file)}`;
    report({ code: "schema/missing-key", path, at: "missing", message, help: exampleHelp(path) });
  }
};

/** The types of sources that each of their keys is for, with an example for each type. */
const SOURCE_KEYS = {
  name: new Map([
    ["header", "x-gw-token"],
    ["query", "key"],
  ]),
  prefix: new Map([["websocket_protocol", "openai-insecure-api-key."]]),
} as const;

/** Reports a source without the name or the prefix that its type needs, and one with a key that is for other types. */
const tokenSourceKeys: Rule = ({ gateway_auth }, { report, known }) => {
  gateway_auth.token_sources.forEach((source, index) => {
    const at = ["gateway_auth", "token_sources", index];
    if (!known([...at, "type"])) return;
    for (const key of ["name", "prefix"] as const) {
      const path = [...at, key];
      const example = SOURCE_KEYS[key].get(source.type);
      if (example !== undefined && source[key] === undefined && known(path)) {
        const message = `a source of type ${source.type} needs "${key}"`;
        report({ code: "rule/token-source", path, at: "missing", message, help: `for example \`${key}: ${example}\`` });
      }
      if (example === undefined && source[key] !== undefined) {
        const types = [...SOURCE_KEYS[key].keys()].map((type) => `\`type: ${type}\``).join(" or ");
        const message = `a source of type ${source.type} takes no "${key}"`;
        report({ code: "rule/token-source", path, at: "key", message, help: `remove it, or write ${types}` });
      }
    }
  });
};

/** Reports a token header that clients can't use, because it belongs to the connection. */
const tokenSourceHeader: Rule = ({ gateway_auth }, { report, known }) => {
  gateway_auth.token_sources.forEach(({ type, name }, index) => {
    const source = ["gateway_auth", "token_sources", index];
    const header = name?.toLowerCase();
    if (type !== "header" || header === undefined || !known([...source, "type"])) return;
    if (!HOP_BY_HOP.has(header) && !SET_BY_GATEWAY.has(header)) return;
    const message = "this header belongs to the connection: clients can't put a token into it";
    const help = "choose another, such as x-gw-token";
    report({ code: "rule/token-source", path: [...source, "name"], message, help });
  });
};

/** Query parameters that the APIs of providers use themselves. */
const API_PARAMETERS: ReadonlySet<string> = new Set(
  "after alt api-version before beta fields include limit model order pagesize pagetoken stream upload_id".split(" "),
);

/** Reports a query parameter that providers use: as a token source it would be removed from every request. */
const tokenSourceParameter: Rule = ({ gateway_auth }, { report, known }) => {
  gateway_auth.token_sources.forEach(({ type, name }, index) => {
    const source = ["gateway_auth", "token_sources", index];
    if (type !== "query" || name === undefined || !known([...source, "type"])) return;
    if (!API_PARAMETERS.has(name.toLowerCase())) return;
    report({
      code: "rule/token-source",
      severity: "warning",
      path: [...source, "name"],
      message: "APIs use this parameter themselves, and the parameter of a token source is never sent upstream",
      help: "choose a name of your own, or `key` as Gemini clients send it",
    });
  });
};

/** Reports a source that is in the list twice: the second can't find what the first did not. */
const duplicateTokenSource: Rule = ({ gateway_auth: { token_sources } }, { report, known }) => {
  const at = (index: number, key: "type" | "name" | "prefix") => ["gateway_auth", "token_sources", index, key];
  const keys = ["type", "name", "prefix"] as const;
  const duplicates = eachDuplicate(token_sources, ({ type, name, prefix }, index) =>
    keys.every((key) => known(at(index, key))) ? sourceKey(type, prefix ?? name) : undefined,
  );
  for (const { index, first } of duplicates) {
    report({
      code: "rule/duplicate-token-source",
      path: at(index, "type"),
      message: "this source is in the list already",
      help: "remove one of the two",
      related: [{ path: at(first, "type"), message: "first listed here" }],
    });
  }
};

/** Header names are case-insensitive, names of parameters are not. */
function sourceKey(type: string, name: string | undefined): string {
  return `${type} ${type === "header" ? name?.toLowerCase() : name}`;
}

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
  missingTokens,
  tokenSourceKeys,
  tokenSourceHeader,
  tokenSourceParameter,
  duplicateTokenSource,
  tokenSourceContradicted,
];
