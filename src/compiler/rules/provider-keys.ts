// Checks the keys that are injected for an upstream: their scheme, their header, and whether they are keys of its provider.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import type { Path } from "../diagnostics/location.ts";
import { tokenHeaders } from "../lower/forward.ts";
import { carriesSecret, hasNoKey } from "../lower/upstream-key.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import { upstreamLabel } from "../schema/labels.ts";
import { misreadSecret } from "./other-syntax.ts";
import { KEY_HEADERS, PROVIDERS, type Provider, providerAt } from "./providers.ts";
import type { Rule, RuleContext } from "./rule.ts";
import { eachUpstream, type UpstreamVisit } from "./walks.ts";

/** An injected header with a key in it. */
interface KeyVisit {
  /** The name in lower case. */
  readonly name: string;
  readonly value: string;
  readonly path: Path;
}

/** The injected headers of an upstream that carry a key, as far as they are known. */
function keysOf({ upstream, pathOf }: UpstreamVisit, { known }: RuleContext): KeyVisit[] {
  return (
    upstream.inject_headers
      .map(({ name, value }, index) => ({ name: name.toLowerCase(), value, path: pathOf("inject_headers", index) }))
      .filter(({ path }) => known([...path, "name"]) && known([...path, "value"]))
      .filter(({ name, value }) => carriesSecret(name) && !hasNoKey(value))
      // A placeholder or a reference is no key: another rule reports it.
      .filter(({ value, path }) => misreadSecret({ value, path, kind: "key", variable: "" }) === undefined)
  );
}

/** The provider of an upstream, and what is before the paths of its requests. */
function providerOf(
  { pathOf, baseUrl: read }: UpstreamVisit,
  { known }: RuleContext,
): { provider: Provider; basePath: string } | undefined {
  const provider = read.ok && known(pathOf("base_url")) ? providerAt(read.target) : undefined;
  return read.ok && provider ? { provider, basePath: read.target.basePath } : undefined;
}

/** Names the variables or files that a value comes from: the value itself is not shown. */
function sourcesOf(path: Path, context: RuleContext): string {
  const sources = [...new Set(context.references(path).map(({ source }) => source))];
  return sources.length === 0 ? "" : ` (from ${sources.join(" and ")})`;
}

/** Reports an `authorization` without a scheme or with two, and a scheme in a header that takes none. */
const authScheme: Rule = (config, context) => {
  for (const visit of eachUpstream(config)) {
    for (const { name, value, path } of keysOf(visit, context)) {
      const wrong = name === "authorization" ? wrongScheme(value) : needlessScheme(name, value);
      if (wrong === undefined) continue;
      const at = [...path, "value"];
      const message = `${wrong.message}${sourcesOf(at, context)}`;
      const [source, ...others] = context.references(at);
      // Where the key is one variable, the help can be pasted.
      const help = source && others.length === 0 ? wrong.help.replace("${NAME}", () => source.source) : wrong.help;
      context.report({ code: "rule/auth-scheme", path: at, message, help });
    }
  }
};

interface Wrong {
  readonly message: string;
  readonly help: string;
}

function wrongScheme(value: string): Wrong | undefined {
  const text = value.trim();
  if (/^Bearer\s+["'`]?Bearer\b/i.test(text)) {
    const help = "leave `Bearer ` in one place: here, or in the variable";
    return { message: "`Bearer` is in this value twice", help };
  }
  if (/^Bearer[:=]/i.test(text)) {
    return { message: "`Bearer` must be followed by a space, not by `:` or `=`", help: "write `Bearer ${NAME}`" };
  }
  if (/^Basic\s+[^\s:]*:/i.test(text)) {
    const help = "encode user:password in base64, and write `Basic` before it";
    return { message: "after `Basic` the user name and password must be encoded in base64", help };
  }
  if (/\s/.test(text)) return undefined;
  return { message: "`authorization` has no scheme in front of the key", help: "write `Bearer ${NAME}`" };
}

/** The header's value is the key alone: a server compares the whole of it. */
function needlessScheme(name: string, value: string): Wrong | undefined {
  if (!KEY_HEADERS.some((known) => known === name) || !/^Bearer\s/i.test(value.trim())) return undefined;
  return { message: `\`${name}\` takes the key alone, without \`Bearer\``, help: "remove `Bearer `" };
}

/** Reports a key in a header that its provider does not read. */
const keyHeader: Rule = (config, context) => {
  for (const visit of eachUpstream(config)) {
    const at = providerOf(visit, context);
    if (at?.provider.keyHeader === undefined) continue;
    const keys = keysOf(visit, context).filter(({ name }) => KEY_HEADERS.some((known) => known === name));
    if (keys.some(({ name }) => name === at.provider.keyHeader)) continue;
    const [wrong] = keys;
    if (wrong === undefined || isAccepted(at.provider, wrong, at.basePath)) continue;
    // Other upstreams of the pool may need the header as it is.
    const own = visit.sharing("inject_headers").length > 1 ? "give this upstream `inject_headers` of its own: " : "";
    context.report({
      code: "rule/key-header",
      path: [...wrong.path, "name"],
      message: `${at.provider.name} does not read its API key from \`${wrong.name}\``,
      help: `${own}write \`name: ${at.provider.keyHeader}\`, and ${keyForm(at.provider)}`,
      related: own === "" ? [] : [{ path: visit.pathOf("base_url"), message: `the upstream of ${at.provider.name}` }],
    });
  }
};

function keyForm({ keyHeader, variable }: Provider): string {
  return keyHeader === "authorization" ? `\`value: Bearer \${${variable}}\`` : `the key as \`value\`, without a scheme`;
}

/** Whether a provider reads a credential from another header than that of its API keys. */
function isAccepted({ name, strict, keyHeader }: Provider, { name: header, value }: KeyVisit, basePath: string) {
  if (keyHeader === "authorization") return strict !== true;
  if (header !== "authorization") return false;
  const credential = value.replace(/^\s*Bearer\s+/i, "");
  // Tokens of OAuth and of Entra ID go into `authorization`, and so do the keys of the APIs in OpenAI's form.
  if (name === "Anthropic") return /^sk-ant-oat/.test(credential) || basePath === "/v1";
  if (name === "Gemini") return /^ya29\./.test(credential) || /\/openai(?:\/|$)/.test(basePath);
  return /^eyJ/.test(credential) || /\/openai\/v1(?:\/|$)/.test(basePath);
}

/** Reports a key that looks like one of another provider: it would be refused, and the other provider would have seen it. */
const otherProvidersKey: Rule = (config, context) => {
  for (const visit of eachUpstream(config)) {
    const at = providerOf(visit, context);
    if (at === undefined) continue;
    for (const { value, path } of keysOf(visit, context)) {
      const owner = ownerOf(value.replace(/^\s*Bearer\s+/i, ""));
      if (owner === undefined || owner === at.provider) continue;
      const source = sourcesOf([...path, "value"], context);
      context.report({
        code: "rule/other-providers-key",
        path: [...path, "value"],
        message: `the key${source} looks like one of ${owner.name}, but ${goer(visit, context)} goes to ${at.provider.name}`,
        help: `use a key of ${at.provider.name}, or the base URL of ${owner.name}`,
      });
    }
  }
};

/** What sends a key: a route, or an upstream of its pool. */
function goer({ route, path }: UpstreamVisit, { file }: RuleContext): string {
  return route.pooled ? upstreamLabel(path, file) : "the route";
}

/** Reports one key that is sent to two providers: a route was copied, and its key with it. */
const sharedKey: Rule = (config, context) => {
  const first = new Map<string, { provider: Provider; path: Path }>();
  for (const visit of eachUpstream(config)) {
    const provider = providerOf(visit, context)?.provider;
    if (provider?.keyHeader === undefined) continue;
    for (const { value, path } of keysOf(visit, context)) {
      const key = value.replace(/^\s*Bearer\s+/i, "");
      const at = [...path, "value"];
      // A fallback such as `not-set` is no key.
      if (context.references(at).some(({ fallback }) => fallback) || ownerOf(key) !== undefined) continue;
      const earlier = first.get(key);
      if (earlier === undefined) first.set(key, { provider, path: at });
      if (earlier === undefined || earlier.provider === provider) continue;
      context.report({
        code: "rule/other-providers-key",
        path: at,
        message: `the same key is sent to ${earlier.provider.name} and to ${provider.name}: it can only be a key of one of them`,
        help: ownKeyHelp(provider, at, visit, context),
        related: [{ path: earlier.path, message: `sent to ${earlier.provider.name} here` }],
      });
    }
  }
};

/** Where the variable of the provider is injected already, its value is what is wrong. */
function ownKeyHelp(provider: Provider, at: Path, visit: UpstreamVisit, { references }: RuleContext): string {
  if (visit.sharing("inject_headers").length > 1) return "give each of them `inject_headers` of its own";
  const own = `\${${provider.variable}}`;
  if (references(at).some(({ source }) => source === own))
    return `set ${provider.variable} to a key of ${provider.name}`;
  return `inject \`${sample(provider)}\` here`;
}

function ownerOf(key: string): Provider | undefined {
  return PROVIDERS.find(({ keyStarts }) => keyStarts?.some((start) => key.startsWith(start)));
}

/**
 * Reports a provider that gets no key: none is injected, and the client's own header is dropped because it holds the gateway
 * token. Where clients can send a key of their own in another header, nothing is reported.
 */
const providerWithoutKey: Rule = (config, context) => {
  const { known } = context;
  if (!known(["gateway_auth", "token_sources"])) return;
  const dropped = new Set(tokenHeaders(config));
  for (const visit of eachUpstream(config)) {
    const at = providerOf(visit, context);
    const header = at?.provider.keyHeader;
    if (at === undefined || header === undefined || sendsSomething(visit, known)) continue;
    const removed = visit.upstream.remove_headers.some((name) => name.toLowerCase() === header);
    if (!dropped.has(header) && !removed) continue;
    const why = dropped.has(header) ? "carries the gateway token" : "is removed";
    context.report({
      code: "rule/provider-without-key",
      path: visit.path,
      at: "key",
      message: `${at.provider.name} gets no key: none is injected, and the client's \`${header}\` ${why}`,
      help: `add \`inject_headers\` with \`name: ${header}\` and \`value: ${sample(at.provider)}\``,
    });
  }
};

function sample({ keyHeader, variable }: Provider): string {
  return keyHeader === "authorization" ? `Bearer \${${variable}}` : `\${${variable}}`;
}

function sendsSomething({ upstream, pathOf }: UpstreamVisit, known: RuleContext["known"]): boolean {
  const headers = pathOf("inject_headers");
  if (!known(headers) || upstream.inject_query.length > 0 || upstream.tls?.cert_path !== undefined) return true;
  return upstream.inject_headers.some(({ name }, index) => !known([...headers, index, "name"]) || carriesSecret(name));
}

/** Reports a provider whose SDK sends its key, here the gateway token, in a header that no token source names. */
const tokenSourceMissing: Rule = (config, context) => {
  const path = ["gateway_auth", "token_sources"];
  if (!context.known(path)) return;
  const reported = new Set<string>();
  for (const visit of eachUpstream(config)) {
    const at = providerOf(visit, context);
    const header = at?.provider.keyHeader;
    if (at === undefined || header === undefined || header === "authorization" || reported.has(header)) continue;
    // A route that injects its key elsewhere is used with clients of another kind.
    if (!keysOf(visit, context).some(({ name }) => name === header)) continue;
    if (namesHeader(config, header, context) || readsKeyParameter(config, at.provider)) continue;
    reported.add(header);
    const written = context.written(path);
    context.report({
      code: "rule/token-source-missing",
      path,
      at: written ? "key" : "missing",
      message: `SDKs of ${at.provider.name} send the token in \`${header}\`, which no token source reads`,
      help: `add \`- { type: header, name: ${header} }\`${written ? "" : " beside `- type: authorization_bearer`"}`,
      related: [{ path: visit.pathOf("base_url"), message: `the route to ${at.provider.name}` }],
    });
  }
};

function namesHeader({ gateway_auth }: CompleteConfig, header: string, { known }: RuleContext): boolean {
  return gateway_auth.token_sources.some(
    ({ name }, index) => !known(["gateway_auth", "token_sources", index]) || name?.toLowerCase() === header,
  );
}

/** Gemini clients can also be set up to send their key as the parameter `key`. */
function readsKeyParameter({ gateway_auth }: CompleteConfig, { name: provider }: Provider): boolean {
  return (
    provider === "Gemini" && gateway_auth.token_sources.some(({ type, name }) => type === "query" && name === "key")
  );
}

export const PROVIDER_KEY_RULES: readonly Rule[] = [
  authScheme,
  keyHeader,
  otherProvidersKey,
  sharedKey,
  providerWithoutKey,
  tokenSourceMissing,
];
