// Converts the upstreams of a route to the blueprint's data: where requests go, and how they are changed on the way.

import type {
  ForwardSpec,
  HeaderRules,
  PoolSpec,
  RetrySpec,
  StickySpec,
  UpstreamLimitSpec,
  UpstreamSpec,
  UpstreamTarget,
  UpstreamTlsSpec,
} from "../../plan/forward.ts";
import { Digest, Secret } from "../../plan/secret.ts";
import type { UpstreamTls } from "../schema/config.generated.ts";
import type {
  CompleteConfig,
  CompleteMember,
  CompleteRetry,
  CompleteRoute,
  CompleteUpstream,
} from "../schema/defaults.ts";
import { readBaseUrl } from "./base-url.ts";
import { lowerProxy } from "./proxy.ts";
import type { ReadEnv } from "./proxy-env.ts";
import { injectsKey, upstreamKeyDigest } from "./upstream-key.ts";
import { lowerDrain, lowerRouteUsage } from "./usage.ts";

/** @returns a function that converts one route; what is the same for all routes is computed once */
export function lowerForward(config: CompleteConfig, env: ReadEnv): (route: CompleteRoute) => ForwardSpec {
  const headers = tokenHeaders(config);
  const tokenPrefixes = protocolPrefixes(config);
  const lowerUpstream = (id: string, upstream: CompleteMember["upstream"]): UpstreamSpec => {
    const target = lowerTarget(upstream.base_url);
    return {
      id,
      target,
      proxy: lowerProxy(upstream.proxy, target, env),
      tls: upstream.tls && lowerTls(upstream.tls),
      headers: lowerHeaders(upstream, headers),
      injectQuery: upstream.inject_query.map(({ name, value }) => ({ name, value: new Secret(value) })),
      connectTimeoutMs: upstream.connect_timeout_ms,
      requestTimeoutMs: upstream.request_timeout_ms,
      firstByteTimeoutMs: upstream.first_byte_timeout_ms,
      streamIdleTimeoutMs: upstream.stream_idle_timeout_ms,
      sseKeepaliveMs: upstream.sse_keepalive_ms,
      keyDigest: upstreamKeyDigest(upstream.inject_headers),
      limit: lowerLimit(upstream, config),
      injectsKey: injectsKey(upstream),
      weight: upstream.weight ?? 1,
      models: upstream.models,
      renameModels: Object.entries(upstream.rename_models ?? {}).map(([from, to]) => ({ from, to })),
      identity: identityOf(upstream),
    };
  };
  return (route) => {
    const { id, prefix, members } = route;
    const [first] = members;
    if (first === undefined) throw new Error("the schema refuses an empty pool before this");
    const { strip_prefix, stream_types, retry } = first.upstream;
    return {
      routeId: id,
      prefix,
      stripPrefix: strip_prefix,
      upstreams: members.map((member) => lowerUpstream(member.id ?? id, member.upstream)),
      pool: members.length > 1 ? lowerPool(route) : undefined,
      retry: retry && lowerRetry(retry),
      usage: lowerRouteUsage(config, first.upstream),
      drain: lowerDrain(first.upstream),
      webSocket: first.upstream.websocket ? { tokenPrefixes } : undefined,
      modelScanBytes: config.models.scan_bytes,
      streamTypes: [...new Set(stream_types.map((type) => type.toLowerCase()))],
    };
  };
}

function lowerPool({ balance, sticky, cooldown }: CompleteRoute): PoolSpec {
  const { after_failures: afterFailures, ms, max_ms: maxMs } = cooldown;
  return { balance, sticky: lowerSticky(sticky), cooldown: { afterFailures, ms, maxMs } };
}

function lowerSticky(sticky: CompleteRoute["sticky"]): StickySpec | undefined {
  if (sticky?.by !== "header") return sticky && { by: "client" };
  return { by: "header", name: sticky.name?.toLowerCase() ?? "" };
}

function lowerRetry(retry: CompleteRetry): RetrySpec {
  return {
    maxAttempts: retry.max_attempts,
    retryOn: [...new Set(retry.retry_on)],
    maxBodyBytes: retry.max_body_bytes,
    backoffMs: retry.backoff_ms,
    maxBackoffMs: retry.max_backoff_ms,
    attemptTimeoutMs: retry.attempt_timeout_ms,
    tellClients: retry.tell_clients,
  };
}

/** Where the requests go, and with which keys. */
function identityOf({ base_url, inject_headers, inject_query, proxy, tls }: CompleteUpstream): Digest {
  return Digest.of(JSON.stringify([base_url, inject_headers, inject_query, proxy, tls]));
}

/** Every header that a token may come in, lower-case. None of them goes upstream. */
export function tokenHeaders({ gateway_auth }: CompleteConfig): readonly string[] {
  const names = gateway_auth.token_sources.map(({ type, name }) => {
    if (type === "authorization_bearer") return "authorization";
    return type === "header" ? name?.toLowerCase() : undefined;
  });
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** What stands before a token in an item of `sec-websocket-protocol`. None of these items goes upstream. */
function protocolPrefixes({ gateway_auth }: CompleteConfig): readonly string[] {
  const prefixes = gateway_auth.token_sources.map(({ type, prefix }) =>
    type === "websocket_protocol" ? prefix : undefined,
  );
  return [...new Set(prefixes.filter((prefix) => prefix !== undefined))];
}

function lowerTarget(baseUrl = ""): UpstreamTarget {
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
