// Checks the headers that are injected into upstream requests and removed from them.

import { FORWARDING, HOP_BY_HOP } from "../../plan/header-names.ts";
import type { Path } from "../diagnostics/location.ts";
import { editDistance } from "../diagnostics/suggest.ts";
import { tokenHeaders } from "../lower/forward.ts";
import { carriesSecret, hasNoKey } from "../lower/upstream-key.ts";
import type { CompleteUpstream } from "../schema/defaults.ts";
import { literalAt, quote } from "../schema/labels.ts";
import { SET_BY_GATEWAY, WELL_KNOWN } from "./header-names.ts";
import type { Rule } from "./rule.ts";
import { eachDuplicate, eachUpstream, forAllSharing, type UpstreamVisit } from "./walks.ts";

/** Reports an injected header that the gateway sets itself, or that belongs to one connection. */
const hopByHopInjected: Rule = (config, { report }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    upstream.inject_headers.forEach(({ name }, index) => {
      const why = notInjectable(name.toLowerCase());
      if (why === undefined) return;
      const message = `this header can't be injected: ${why}`;
      const at = pathOf("inject_headers", index, "name");
      report({ code: "rule/hop-by-hop-injected", path: at, message, help: "remove this header" });
    });
  }
};

function notInjectable(name: string): string | undefined {
  if (name === "host") return "the gateway sets it to the host of base_url";
  if (SET_BY_GATEWAY.has(name)) return "the gateway sets it itself";
  if (HOP_BY_HOP.has(name)) return "it belongs to one connection and is never forwarded";
  return name === "expect" ? "the gateway handles it itself" : undefined;
}

/** Reports a header that is injected twice, maybe in two spellings: each replaces the earlier one of its name. */
const duplicateInjectedHeader: Rule = (config, { report, known }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    const at = (index: number) => pathOf("inject_headers", index, "name");
    const duplicates = eachDuplicate(upstream.inject_headers, ({ name }, index) =>
      known(at(index)) ? name.toLowerCase() : undefined,
    );
    for (const { index, first } of duplicates) {
      report({
        code: "rule/duplicate-injected-header",
        path: at(index),
        message: "this header is injected twice, and only the last one counts",
        help: "remove one of the two; names are case-insensitive",
        related: [{ path: at(first), message: "first injected here" }],
      });
    }
  }
};

/** Reports a header of a key that is injected without a key: the upstream would refuse every request. */
const emptyKeyHeader: Rule = (config, { report, known }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    upstream.inject_headers.forEach(({ name, value }, index) => {
      const header = pathOf("inject_headers", index);
      if (!known([...header, "name"]) || !carriesSecret(name) || !hasNoKey(value)) return;
      const message = "this header is sent without a key in it";
      const help = "check the variable it comes from, or remove the header";
      report({ code: "rule/empty-key-header", path: [...header, "value"], message, help });
    });
  }
};

/** Reports a header that is removed and injected: headers are removed first, so removing it has no effect. */
const headerRuleConflict: Rule = (config, { report, known }) => {
  for (const visit of eachUpstream(config)) {
    const { upstream, pathOf } = visit;
    const at = (index: number) => pathOf("inject_headers", index, "name");
    const injected = new Map<string, number>();
    upstream.inject_headers.forEach(({ name }, index) => {
      if (known(at(index))) injected.set(name.toLowerCase(), index);
    });
    upstream.remove_headers.forEach((name, index) => {
      const injection = injected.get(name.toLowerCase());
      if (injection === undefined || !forAllSharing(visit, "remove_headers", (one) => injects(one, name))) return;
      report({
        code: "rule/header-rule-conflict",
        path: pathOf("remove_headers", index),
        message: "this header is removed, and then injected anyway",
        help: "remove it here: an injected header replaces all headers of its name",
        related: [{ path: at(injection), message: "injected here" }],
      });
    });
  }
};

function injects({ upstream }: UpstreamVisit, name: string): boolean {
  return upstream.inject_headers.some((header) => header.name.toLowerCase() === name.toLowerCase());
}

/** Reports `user-agent` when it is set in two keys. */
const userAgentConflict: Rule = (config, { report }) => {
  for (const visit of eachUpstream(config)) {
    const { upstream, pathOf } = visit;
    if (upstream.user_agent === undefined) continue;
    const injected = upstream.inject_headers.findIndex(({ name }) => name.toLowerCase() === "user-agent");
    const isReplaced = (one: UpstreamVisit): boolean => one.upstream.user_agent !== undefined;
    if (injected === -1 || !forAllSharing(visit, "inject_headers", isReplaced)) continue;
    report({
      code: "rule/user-agent-conflict",
      path: pathOf("inject_headers", injected, "name"),
      message: "user-agent is injected here, but user_agent is set too, and only user_agent counts",
      help: "remove one of the two",
      related: [{ path: pathOf("user_agent"), message: "set here" }],
    });
  }
};

/** Reports the removal of a header that is never sent upstream as the client sent it. */
const redundantRemove: Rule = (config, { report, known }) => {
  const tokens = known(["gateway_auth", "token_sources"]) ? new Set(tokenHeaders(config)) : new Set<string>();
  for (const visit of eachUpstream(config)) {
    const { upstream, pathOf } = visit;
    upstream.remove_headers.forEach((name, index) => {
      const whyOf = (one: UpstreamVisit) => neverForwarded(name.toLowerCase(), one.upstream, tokens);
      const why = whyOf(visit);
      if (why === undefined || !forAllSharing(visit, "remove_headers", (one) => whyOf(one) !== undefined)) return;
      const message = `this entry has no effect: ${why}`;
      report({ code: "rule/redundant-remove", path: pathOf("remove_headers", index), message, help: "remove it" });
    });
  }
};

function neverForwarded(name: string, upstream: CompleteUpstream, tokens: ReadonlySet<string>): string | undefined {
  if (upstream.inject_headers.some((header) => header.name.toLowerCase() === name)) return undefined;
  if (tokens.has(name)) return "a token header is never sent upstream";
  if (HOP_BY_HOP.has(name) || name === "expect") return "a header of the connection is never sent upstream";
  if (SET_BY_GATEWAY.has(name)) return "the gateway sets this header itself";
  if (!upstream.forward_xff && FORWARDING.has(name)) return "without forward_xff the header is never sent upstream";
  return undefined;
}

/** Reports a header that is removed twice. */
const duplicateRemove: Rule = (config, { report, known }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    const at = (index: number) => pathOf("remove_headers", index);
    const duplicates = eachDuplicate(upstream.remove_headers, (name, index) =>
      known(at(index)) ? name.toLowerCase() : undefined,
    );
    for (const { index, first } of duplicates) {
      report({
        code: "rule/redundant-remove",
        path: at(index),
        message: "this entry has no effect: the header is removed already",
        help: "remove it; names are case-insensitive",
        related: [{ path: at(first), message: "removed here" }],
      });
    }
  }
};

/** Reports a header name that is almost a well-known one. */
const headerTypo: Rule = (config, { file, report }) => {
  const suggestions = new Map<string, string | undefined>();
  const check = (name: string, path: Path): void => {
    const lower = name.toLowerCase();
    // Configs repeat their header names, and each search costs time.
    if (!suggestions.has(lower)) suggestions.set(lower, suggestions.size < MAX_NAMES ? nearMiss(lower) : undefined);
    const suggestion = suggestions.get(lower);
    if (suggestion === undefined || literalAt(path, file) === undefined) return;
    const message = `${quote(name)} is not a header that LLM APIs use`;
    report({ code: "rule/header-typo", path, message, help: `did you mean ${quote(suggestion)}?` });
  };
  config.gateway_auth.token_sources.forEach(({ name }, index) => {
    if (name !== undefined) check(name, ["gateway_auth", "token_sources", index, "name"]);
  });
  for (const { upstream, pathOf } of eachUpstream(config)) {
    upstream.inject_headers.forEach(({ name }, index) => void check(name, pathOf("inject_headers", index, "name")));
    upstream.remove_headers.forEach((name, index) => void check(name, pathOf("remove_headers", index)));
  }
};

/** How many different names are searched for: no real config has more. */
const MAX_NAMES = 500;

/** Stricter than other suggestions, because any header name is allowed: `x-team` is not a misspelt `x-title`. */
function nearMiss(name: string): string | undefined {
  if (name.length < 7 || name.length > 64 || WELL_KNOWN.includes(name)) return undefined;
  const plain = name.replaceAll("_", "-");
  return WELL_KNOWN.find((known) => known === plain || editDistance(plain, known, 3) <= (known.length >= 12 ? 2 : 1));
}

export const HEADER_RULES: readonly Rule[] = [
  hopByHopInjected,
  duplicateInjectedHeader,
  emptyKeyHeader,
  headerRuleConflict,
  userAgentConflict,
  redundantRemove,
  duplicateRemove,
  headerTypo,
];
