// Walks over the secrets of a config: gateway tokens, the metrics token, injected headers and parameters, passwords of proxies and Redis.

import type { Path } from "../diagnostics/location.ts";
import { otherSyntax } from "../diagnostics/other-syntax.ts";
import { claimsHash } from "../lower/gateway-token.ts";
import { readProxyUrl } from "../lower/proxy-url.ts";
import { readRedisUrl } from "../lower/redis-url.ts";
import { carriesSecret, hasNoKey } from "../lower/upstream-key.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import { literalAt, type ParsedFile } from "../schema/labels.ts";
import { eachToken } from "./each-token.ts";
import { providerAt } from "./providers.ts";
import type { RuleContext } from "./rule.ts";
import { eachUpstream, type UpstreamVisit } from "./walks.ts";

export interface SecretVisit {
  /** The text with its references replaced. It must not be shown. */
  readonly value: string;
  readonly path: Path;
  /**
   * What the secret is: a token that clients send, a key of a provider, a user name or a password of a proxy or of Redis, or the value of
   * an injected header or parameter that holds no key.
   */
  readonly kind: "token" | "key" | "username" | "password" | "header";
  /** The name of a variable that could hold it. */
  readonly variable: string;
}

/** The secrets of a config, kept while the config is checked: many rules ask for them. */
const SECRETS = new WeakMap<CompleteConfig, readonly SecretVisit[]>();

/** Every secret that has a value. A token given as its hash is none. */
export function eachSecret(config: CompleteConfig, { known, file }: RuleContext): readonly SecretVisit[] {
  let secrets = SECRETS.get(config);
  if (secrets === undefined) {
    secrets = [...candidates(config, known, file)].filter(({ path }) => known(path));
    SECRETS.set(config, secrets);
  }
  return secrets;
}

function* candidates(config: CompleteConfig, known: RuleContext["known"], file: ParsedFile): Generator<SecretVisit> {
  for (const { token, path, client } of eachToken(config)) {
    if (claimsHash(token)) continue;
    const variable = client === undefined ? "GATEWAY_TOKEN" : clientVariable(client, file);
    yield { value: token, path, kind: "token", variable };
  }
  for (const visit of eachUpstream(config)) {
    yield* injected(visit, known);
    yield* proxyCredentials(visit);
  }
  const { token } = config.observability.metrics;
  if (token !== undefined && !claimsHash(token)) {
    yield { value: token, path: ["observability", "metrics", "token"], kind: "token", variable: "METRICS_TOKEN" };
  }
  yield* redisPassword(config);
}

/** The password in the URL of Redis. A text in its place that is no URL may be a reference of another tool. */
function* redisPassword({ state: { redis } }: CompleteConfig): Generator<SecretVisit> {
  if (redis === undefined) return;
  const read = readRedisUrl(redis.url);
  const value = read.ok ? read.password?.reveal() : otherSyntax(redis.url) && redis.url;
  if (value !== undefined) yield { value, path: ["state", "redis", "url"], kind: "password", variable: "REDIS_URL" };
}

/** The variable for the token of a client: `ALICE_TOKEN`, where the file itself has the id. */
function clientVariable(client: number, file: ParsedFile): string {
  const id = literalAt(["gateway_auth", "clients", client, "id"], file);
  if (id === undefined || !/^[A-Za-z][\w.-]{0,63}$/.test(id)) return "CLIENT_TOKEN";
  return `${id.toUpperCase().replace(/[.-]/g, "_")}_TOKEN`;
}

function* injected(
  { upstream, pathOf, baseUrl: read }: UpstreamVisit,
  known: RuleContext["known"],
): Generator<SecretVisit> {
  const variable = (read.ok && providerAt(read.target)?.variable) || "UPSTREAM_KEY";
  for (const key of ["inject_headers", "inject_query"] as const) {
    for (const [index, { name, value }] of upstream[key].entries()) {
      const path = pathOf(key, index);
      if (!known([...path, "name"]) || hasNoKey(value)) continue;
      const kind = carriesSecret(name) ? "key" : "header";
      yield { value, path: [...path, "value"], kind, variable };
    }
  }
}

function* proxyCredentials({ upstream: { proxy }, pathOf }: UpstreamVisit): Generator<SecretVisit> {
  if (typeof proxy === "string") {
    const read = readProxyUrl(proxy);
    const value = read.ok ? read.proxy.credentials?.password.reveal() : undefined;
    if (value !== undefined) yield { value, path: pathOf("proxy"), kind: "password", variable: "PROXY_URL" };
    return;
  }
  if (proxy?.username !== undefined) {
    yield { value: proxy.username, path: pathOf("proxy", "username"), kind: "username", variable: "PROXY_USERNAME" };
  }
  if (proxy?.password !== undefined) {
    yield { value: proxy.password, path: pathOf("proxy", "password"), kind: "password", variable: "PROXY_PASSWORD" };
  }
}
