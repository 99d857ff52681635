// Checks that no version is in the path of upstream requests twice: in base_url, the prefix, and what clients put in front.

import { providerAt } from "./providers.ts";
import type { Rule } from "./rule.ts";
import { eachRoute, eachUpstream, keptPrefix, type UpstreamVisit } from "./walks.ts";

const CODE = "rule/doubled-path";
const TWICE = /\/(v\d+[a-z0-9]*)\/\1(?=\/|$)/;

/** The start of every path that a route sends upstream: `base_url`, and the prefix where it is kept. */
function forwarded(visit: UpstreamVisit): string | undefined {
  return visit.baseUrl.ok ? visit.baseUrl.target.basePath + keptPrefix(visit) : undefined;
}

/** Reports an upstream URL with a version in it twice: in `base_url` and in the prefix, or twice in `base_url`. */
const doubledInConfig: Rule = (config, { report, literal }) => {
  for (const visit of eachUpstream(config)) {
    const twice = TWICE.exec(forwarded(visit) ?? "");
    if (twice === null) continue;
    const at = visit.pathOf("base_url");
    const version = literal(at) ? `/${twice[1]}` : "a version";
    report({
      code: CODE,
      path: at,
      message: `every request ${visit.route.pooled ? "to this upstream" : "of this route"} goes to a path with ${version} in it twice`,
      help: visit.upstream.strip_prefix
        ? "remove one of the two"
        : "remove it from base_url, or set strip_prefix: true",
    });
  }
};

/** Reports a test of the config whose request goes to a path with a version in it twice: its clients put it in front. */
const doubledInTest: Rule = (config, { report, known }) => {
  const reported = new Set<number>();
  const routes = new Map(config.routes.map(({ prefix }, index) => [prefix, eachRoute(config)[index] ?? []]));
  config.tests.forEach((test, index) => {
    // A test with `upstream_url` checks the path itself: if it passes, the path is meant.
    if (test.expect.upstream_url !== undefined || !known(["tests", index, "request", "path"])) return;
    const [path = ""] = test.request.path.split("?", 1);
    const upstreams = routeOf(routes, path) ?? [];
    if (upstreams[0] === undefined || reported.has(upstreams[0].index)) return;
    const visit = upstreams.find((one) => doublesVersionOf(path, one));
    if (visit === undefined) return;
    reported.add(visit.index);
    report({
      code: CODE,
      path: visit.pathOf("base_url"),
      message: "the paths of clients start with the version already: it would be in the upstream path twice",
      help: "remove the version here, or let clients use a base URL without it",
      related: [{ path: ["tests", index, "request", "path"], message: "as this test does" }],
    });
  });
};

function doublesVersionOf(path: string, visit: UpstreamVisit): boolean {
  const { upstream, route, baseUrl: read } = visit;
  const rest = upstream.strip_prefix && route.prefix !== "/" ? path.slice(route.prefix.length) : path;
  return read.ok && TWICE.test(read.target.basePath + rest) && !TWICE.test(forwarded(visit) ?? "");
}

/** Longer paths of tests are not checked: each of their segments costs a look-up. */
const MAX_PATH = 1000;

/** The upstreams of the route that takes a path: the one with the longest prefix that matches. */
function routeOf(
  routes: ReadonlyMap<string, readonly UpstreamVisit[]>,
  path: string,
): readonly UpstreamVisit[] | undefined {
  if (path.length > MAX_PATH) return undefined;
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
    const upstreams = routes.get(path.slice(0, end));
    if (upstreams !== undefined) return upstreams;
  }
  return routes.get("/");
}

/** Reports a version in `base_url` that the SDK of this provider puts in front of every path itself. */
const doubledBySdk: Rule = (config, { report, known, literal }) => {
  for (const visit of eachUpstream(config)) {
    const { upstream, route, index } = visit;
    const read = visit.baseUrl;
    const provider = read.ok ? providerAt(read.target) : undefined;
    if (!read.ok || provider?.sdkRoot === undefined || read.target.basePath !== provider.sdkRoot) continue;
    if (!known(["routes", index, "prefix"]) || !upstream.strip_prefix || /\/v\d\w*$/.test(route.prefix)) continue;
    // A key in another header means that clients use another API of the provider, whose paths start without the version.
    if (!upstream.inject_headers.some(({ name }) => name.toLowerCase() === provider.keyHeader)) continue;
    const path = visit.pathOf("base_url");
    report({
      code: CODE,
      path,
      message: `the paths of ${provider.name}'s SDKs start with \`${provider.sdkRoot}\` already: it would be in the upstream path twice`,
      help: literal(path) ? `remove ${provider.sdkRoot} from base_url` : "remove the version from base_url",
    });
  }
};

export const DOUBLED_PATH_RULES: readonly Rule[] = [doubledInConfig, doubledInTest, doubledBySdk];
