// Is a header name a near miss of a well-known one?

import { editDistance } from "../diagnostics/suggest.ts";
import { literalAt, quote } from "../schema/labels.ts";
import { WELL_KNOWN } from "./headers.ts";
import type { Rule, RuleContext } from "./rule.ts";

export const headerTypo: Rule = ({ gateway_auth, routes }, context) => {
  const seen = new Map<string, string | undefined>();
  gateway_auth.token_sources.forEach(({ name }, index) => {
    if (name !== undefined) check(name, ["gateway_auth", "token_sources", index, "name"], context, seen);
  });
  routes.forEach(({ upstream }, route) => {
    const base = ["routes", route, "upstream"];
    upstream.inject_headers.forEach(({ name }, index) => {
      check(name, [...base, "inject_headers", index, "name"], context, seen);
    });
    upstream.remove_headers.forEach((name, index) => {
      check(name, [...base, "remove_headers", index], context, seen);
    });
  });
};

/** @param seen what each name was found to mean: configs repeat their header names */
function check(
  name: string,
  path: readonly (string | number)[],
  context: RuleContext,
  seen: Map<string, string | undefined>,
): void {
  const lower = name.toLowerCase();
  if (!seen.has(lower)) seen.set(lower, seen.size < MAX_NAMES ? nearMiss(lower) : undefined);
  const meant = seen.get(lower);
  if (meant === undefined || literalAt(path, context.file) === undefined) return;
  const message = `${quote(name)} is no header that LLM APIs use`;
  context.report({ code: "rule/header-typo", path, message, help: `did you mean ${quote(meant)}?` });
}

/** How many different names are looked at: no config has as many, and each costs a search. */
const MAX_NAMES = 500;

/** Narrower than other suggestions: any name is allowed, and `x-team` is no slip of `x-title`. */
function nearMiss(name: string): string | undefined {
  if (name.length < 7 || name.length > 64 || WELL_KNOWN.includes(name)) return undefined;
  const plain = name.replaceAll("_", "-");
  return WELL_KNOWN.find((known) => known === plain || editDistance(plain, known, 3) <= (known.length >= 12 ? 2 : 1));
}
