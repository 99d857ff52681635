// Checks that the upstreams of a pool understand the same requests: the gateway changes neither their bodies nor their paths.

import { shownValue } from "../schema/labels.ts";
import { mayOverlap } from "./model-patterns.ts";
import { type ApiForm, providerAt } from "./providers.ts";
import type { Rule, RuleContext } from "./rule.ts";
import { eachPool, keptPrefix, type UpstreamVisit } from "./walks.ts";

/** How many upstreams of one pool are compared with each other. */
const MAX_MEMBERS = 20;

/** The first two upstreams that differ in something and may get the same request. @param of `undefined` where it is not known */
function firstMismatch<T>(
  upstreams: readonly UpstreamVisit[],
  of: (visit: UpstreamVisit) => T | undefined,
): readonly [UpstreamVisit, UpstreamVisit] | undefined {
  const known = upstreams
    .slice(0, MAX_MEMBERS)
    .map((visit) => ({ visit, what: of(visit) }))
    .filter(({ what }) => what !== undefined);
  for (const [index, { visit, what }] of known.entries()) {
    const other = known
      .slice(0, index)
      .find((one) => one.what !== what && mayOverlap(one.visit.upstream.models, visit.upstream.models));
    if (other !== undefined) return [other.visit, visit];
  }
  return undefined;
}

/** Reports a pool of APIs with different forms. Where no model goes to both, each may have clients of its own. */
const mixedForms: Rule = (config, context) => {
  for (const upstreams of eachPool(config)) {
    const [first, second] = differentForms(upstreams, context) ?? [];
    if (first === undefined || second === undefined) continue;
    const [one, other] = [apiForm(second, context), apiForm(first, context)];
    context.report({
      code: "rule/mixed-apis",
      path: second.pathOf("base_url"),
      message: `this is the API of ${one}, but ${idOf(first, context)} is that of ${other}: bodies are not translated from one to the other`,
      help: "give each API a route of its own, or use an API in the same form for both",
      related: [{ path: first.pathOf("base_url"), message: `the API of ${other}` }],
    });
  }
};

function differentForms(upstreams: readonly UpstreamVisit[], context: RuleContext) {
  return firstMismatch(upstreams, (visit) => apiForm(visit, context));
}

/** The form of the bodies that an upstream takes, where it is certain. Many providers have more than one. */
function apiForm({ baseUrl: read, upstream, pathOf }: UpstreamVisit, { known }: RuleContext): ApiForm | undefined {
  const provider = read.ok && known(pathOf("base_url")) ? providerAt(read.target) : undefined;
  if (!read.ok || provider?.form === undefined || !known(pathOf("inject_headers"))) return undefined;
  if (provider.form === "OpenAI") return "OpenAI";
  // Anthropic and Gemini have APIs in OpenAI's form as well: below a path, or with the key in another header.
  if (read.target.basePath !== "") return undefined;
  const own = upstream.inject_headers.some(({ name }) => name.toLowerCase() === provider.keyHeader);
  return own ? provider.form : undefined;
}

/** Reports a pool in which some base URLs have the version of the API and others do not: a path fits only some of them. */
const mixedPaths: Rule = (config, context) => {
  for (const upstreams of eachPool(config)) {
    if (differentForms(upstreams, context) !== undefined) continue;
    const [first, second] = firstMismatch(upstreams, (visit) => hasVersion(visit, context)) ?? [];
    if (first === undefined || second === undefined) continue;
    const [more, less] = hasVersion(second, context) === true ? [second, first] : [first, second];
    context.report({
      code: "rule/pool-paths",
      path: second.pathOf("base_url"),
      message: `the same path can't fit both: the base_url of ${idOf(more, context)} has the version of the API, that of ${idOf(less, context)} does not`,
      help: "write the version in each base_url of the pool, or in none",
      related: [{ path: first.pathOf("base_url"), message: "the other base_url" }],
    });
  }
};

/** Whether the version of the provider's API is in the path already, so that clients leave it out; `undefined` where it needs none. */
function hasVersion(visit: UpstreamVisit, { known }: RuleContext): boolean | undefined {
  const { baseUrl: read, pathOf } = visit;
  const provider = read.ok && known(pathOf("base_url")) ? providerAt(read.target) : undefined;
  if (!read.ok || provider?.roots === undefined || provider.unversioned === true) return undefined;
  return /\/v\d/.test(read.target.basePath + keptPrefix(visit));
}

function idOf({ path }: UpstreamVisit, { file }: RuleContext): string {
  return shownValue([...path, "id"], file);
}

export const POOL_PROVIDER_RULES: readonly Rule[] = [mixedForms, mixedPaths];
