// Checks that requests go to a host and a path that the API of the provider has.

import type { UpstreamTarget } from "../../plan/forward.ts";
import type { Path } from "../diagnostics/location.ts";
import { editDistance } from "../diagnostics/suggest.ts";
import { isLoopback } from "../lower/address.ts";
import { OLLAMA_PORT, PROVIDERS, type Provider, providerAt } from "./providers.ts";
import type { Rule } from "./rule.ts";
import { eachUpstream, keptPrefix, type UpstreamVisit } from "./walks.ts";

/** The ends of endpoint paths in any API. */
const ENDPOINTS =
  /\/(?:chat\/completions|audio\/(?:speech|transcriptions|translations)|images\/(?:generations|edits)|messages\/(?:count_tokens|batches))$/;
/** The ends of endpoint paths right below a version. */
const VERSIONED = /\/v\d\w*\/(?:completions|responses|embeddings|messages|moderations|rerank|models|batches|files)$/;
/** Methods of Gemini. */
const METHODS = /\/models\/[^/]+:\w+$/;
/** Endpoints of Ollama. Elsewhere `/api/chat` may be where somebody put a whole API. */
const OLLAMA = /\/api\/(?:chat|generate|embed|embeddings|tags)$/;

/** Reports a `base_url` that is an endpoint: clients add the endpoint to it themselves. */
const endpointBaseUrl: Rule = (config, { report, literal }) => {
  for (const { pathOf, baseUrl: read } of eachUpstream(config)) {
    const end = read.ok ? endpointIn(read.target) : undefined;
    if (end === undefined) continue;
    const path = pathOf("base_url");
    const shown = literal(path) ? `\`${end}\`` : "the endpoint at its end";
    report({
      code: "rule/endpoint-base-url",
      path,
      message: "this is the URL of one endpoint: clients add that path themselves",
      help: `remove ${shown}`,
    });
  }
};

/** The part of a base URL that clients add themselves. */
function endpointIn(target: UpstreamTarget): string | undefined {
  const { basePath } = target;
  const versioned = VERSIONED.exec(basePath)?.[0].replace(/^\/v\d\w*/, "");
  const ollama = providerAt(target)?.name === "Ollama" ? OLLAMA.exec(basePath)?.[0] : undefined;
  return ENDPOINTS.exec(basePath)?.[0] ?? versioned ?? METHODS.exec(basePath)?.[0] ?? ollama;
}

/** Reports requests to paths that are outside of the provider's API, so that it answers each with 404. */
const providerPath: Rule = (config, { report, literal, known }) => {
  for (const visit of eachUpstream(config)) {
    const read = visit.baseUrl;
    const provider = read.ok ? providerAt(read.target) : undefined;
    if (!read.ok || provider === undefined || endpointIn(read.target) !== undefined) continue;
    if (!known(["routes", visit.index, "prefix"]) || !known(visit.pathOf("base_url"))) continue;
    const wrong = wrongPath(visit, provider, read.target);
    if (wrong === undefined) continue;
    const { path, message, help, shows } = wrong;
    const baseUrl = visit.pathOf("base_url");
    // The prefix is that of all upstreams of a pool: the note says which one needs the version.
    const related =
      visit.route.pooled && path.at(-1) === "prefix" ? [{ path: baseUrl, message: "for this upstream" }] : [];
    report({ code: "rule/provider-path", path, message, help: shows && !literal(path) ? undefined : help, related });
  }
};

interface WrongPath {
  readonly path: Path;
  readonly message: string;
  readonly help: string;
  /** Whether the help shows a part of the value. */
  readonly shows?: true;
}

function wrongPath(visit: UpstreamVisit, provider: Provider, target: UpstreamTarget): WrongPath | undefined {
  const { name, roots, sdkRoot } = provider;
  const { basePath, host, protocol } = target;
  if (roots === undefined) return undefined;
  const api = `paths of ${name} start with ${roots.join(" or ")}`;
  if (!isCompatible(basePath, roots)) {
    const help = `write ${protocol}//${host}${sdkRoot ?? roots[0] ?? ""}`;
    return { path: visit.pathOf("base_url"), message: `${name} has no such path: ${api}`, help, shows: true };
  }
  if (!isCompatible(basePath + keptPrefix(visit), roots)) {
    const message = `the prefix stays in the path, but ${api}`;
    return { path: visit.pathOf("strip_prefix"), message, help: "remove strip_prefix, or write strip_prefix: true" };
  }
  if (!losesVersion(visit, provider, basePath)) return undefined;
  const message = `stripping the prefix removes the version, but paths of ${name} need one`;
  return { path: ["routes", visit.index, "prefix"], message, help: "add the version to the end of base_url" };
}

/** Whether a path is at, above or below one of the roots. */
function isCompatible(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => `${root}/`.startsWith(`${path}/`) || path.startsWith(`${root}/`));
}

const ENDS_IN_VERSION = /\/v\d\w*$/;

function losesVersion({ upstream, route }: UpstreamVisit, { unversioned }: Provider, basePath: string): boolean {
  if (unversioned === true || !upstream.strip_prefix || !ENDS_IN_VERSION.test(route.prefix)) return false;
  return !/\/v\d/.test(basePath);
}

/** Reports a host that is the web site of a provider, or almost the host of its API. */
const providerHost: Rule = (config, { report, literal }) => {
  for (const { pathOf, baseUrl: read } of eachUpstream(config)) {
    if (!read.ok || providerAt(read.target) !== undefined) continue;
    const host = read.target.hostname.toLowerCase();
    const path = pathOf("base_url");
    const site = PROVIDERS.find(({ sites }) => sites?.includes(host));
    const near = site === undefined ? nearHost(host) : undefined;
    if (site !== undefined) {
      const [api = ""] = site.hosts;
      const help = api.startsWith("*.")
        ? `write the host of your resource: https://NAME${api.slice(1)}`
        : `write https://${api}`;
      report({ code: "rule/provider-host", path, message: `this is a web site of ${site.name}, not its API`, help });
    } else if (near !== undefined && literal(path)) {
      const message = "this host is almost that of a known provider: a key would be sent to somebody else";
      report({ code: "rule/provider-host", path, message, help: `did you mean ${near}?` });
    }
  }
};

/** The hosts to compare with. Short names are too near to each other. */
const HOSTS = PROVIDERS.flatMap(({ hosts }) => hosts).filter((one) => !one.startsWith("*.") && one.length >= 12);

/** The host of a provider that a host is a misspelling of. */
function nearHost(host: string): string | undefined {
  return HOSTS.find((one) => editDistance(host, one, 3) <= (one.length >= 14 ? 2 : 1));
}

/** Reports the port of the other scheme: https on port 80 or on that of Ollama, http on port 443. */
const schemePort: Rule = (config, { report }) => {
  for (const { pathOf, baseUrl: read } of eachUpstream(config)) {
    const why = read.ok ? wrongPort(read.target) : undefined;
    if (why === undefined) continue;
    const help = "correct the scheme or the port";
    report({ code: "rule/scheme-port", path: pathOf("base_url"), message: why, help });
  }
};

function wrongPort({ protocol, hostname, port }: UpstreamTarget): string | undefined {
  if (protocol === "http:") return port === 443 ? "http on port 443, which is the port of https" : undefined;
  if (port === 80) return "https on port 80, which is the port of http";
  return port === OLLAMA_PORT && isLoopback(hostname)
    ? "https on port 11434: Ollama speaks plain http there"
    : undefined;
}

export const PROVIDER_PATH_RULES: readonly Rule[] = [endpointBaseUrl, providerPath, providerHost, schemePort];
