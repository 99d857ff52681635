// Converts a route's `upstream` to the blueprint's data: where requests go, and how they are changed on the way.

import type {
  ForwardSpec,
  HeaderRules,
  UpstreamLimitSpec,
  UpstreamSpec,
  UpstreamTarget,
  UpstreamTlsSpec,
} from "../../plan/forward.ts";
import { Secret } from "../../plan/secret.ts";
import type { UpstreamTls } from "../schema/config.generated.ts";
import type { CompleteConfig, CompleteRoute, CompleteUpstream } from "../schema/defaults.ts";
import { readBaseUrl } from "./base-url.ts";
import { lowerProxy } from "./proxy.ts";
import type { ReadEnv } from "./proxy-env.ts";
import { upstreamKeyDigest } from "./upstream-key.ts";

/** @returns a function that converts one route; what is the same for all routes is computed once */
export function lowerForward(config: CompleteConfig, env: ReadEnv): (route: CompleteRoute) => ForwardSpec {
  const headers = tokenHeaders(config);
  const lowerUpstream = (id: string, upstream: CompleteUpstream): UpstreamSpec => {
    const target = lowerTarget(upstream.base_url);
    return {
      id,
      target,
      proxy: lowerProxy(upstream.proxy, target, env),
      tls: upstream.tls && lowerTls(upstream.tls),
      headers: lowerHeaders(upstream, headers),
      injectQuery: upstream.inject_query.map(({ name, value }) => ({ name, value: new Secret(value) })),
      connectTimeoutMs: upstream.connect_timeout_ms,
      keyDigest: upstreamKeyDigest(upstream.inject_headers),
      limit: lowerLimit(upstream, config),
    };
  };
  return ({ id, prefix, upstream }) => ({
    routeId: id,
    prefix,
    stripPrefix: upstream.strip_prefix,
    upstreams: [lowerUpstream(id, upstream)],
    requestTimeoutMs: upstream.request_timeout_ms,
    streamIdleTimeoutMs: upstream.stream_idle_timeout_ms,
    streamTypes: [...new Set(upstream.stream_types.map((type) => type.toLowerCase()))],
    sseKeepaliveMs: upstream.sse_keepalive_ms,
  });
}

/** Every header that a token may come in, lower-case. None of them goes upstream. */
export function tokenHeaders({ gateway_auth }: CompleteConfig): readonly string[] {
  const names = gateway_auth.token_sources.map(({ type, name }) => {
    if (type === "authorization_bearer") return "authorization";
    return type === "header" ? name?.toLowerCase() : undefined;
  });
  return [...new Set(names.filter((name) => name !== undefined))];
}

function lowerTarget(baseUrl: string): UpstreamTarget {
  const read = readBaseUrl(baseUrl);
  if (!read.ok) throw new Error("a rule refuses a wrong base_url before this");
  return read.target;
}

function lowerTls({ ca_path, cert_path, key_path, server_name }: UpstreamTls): UpstreamTlsSpec {
  return { caPath: ca_path, certPath: cert_path, keyPath: key_path, serverName: server_name };
}

function lowerHeaders(upstream: CompleteUpstream, tokenHeaders: readonly string[]): HeaderRules {
  return {
    tokenHeaders,
    remove: [...new Set(upstream.remove_headers.map((name) => name.toLowerCase()))],
    forwardXff: upstream.forward_xff,
    inject: upstream.inject_headers.map(({ name, value }) => ({ name, value: new Secret(value) })),
    userAgent: upstream.user_agent,
  };
}

/** The upstream's own limit wins over the global one. */
function lowerLimit(upstream: CompleteUpstream, { concurrency }: CompleteConfig): UpstreamLimitSpec | undefined {
  const { upstream_per_key_max_inflight: perKey, queue } = concurrency;
  const max = upstream.upstream_key_max_inflight ?? perKey;
  if (max === undefined) return undefined;
  return { max, maxWaiting: queue?.max_waiting ?? 0, timeoutMs: queue?.timeout_ms ?? 0 };
}
