// Converts a route's `upstream` to the blueprint's data: where requests go, and how they are changed on the way.

import type { ForwardSpec, HeaderRules, ProxySpec, UpstreamLimitSpec, UpstreamTarget } from "../../plan/forward.ts";
import { Secret } from "../../plan/secret.ts";
import type { CompleteConfig, CompleteRoute, CompleteUpstream } from "../schema/defaults.ts";
import { readAddress } from "./address.ts";
import { readBaseUrl } from "./base-url.ts";
import { upstreamKeyDigest } from "./upstream-key.ts";

/** @returns a function that converts one route; what is the same for all routes is computed once */
export function lowerForward(config: CompleteConfig): (route: CompleteRoute) => ForwardSpec {
  const headers = tokenHeaders(config);
  return ({ id, prefix, upstream }) => {
    const keyDigest = upstreamKeyDigest(upstream.inject_headers);
    return {
      routeId: id,
      prefix,
      stripPrefix: upstream.strip_prefix,
      upstreams: [
        {
          id,
          target: lowerTarget(upstream.base_url),
          proxy: upstream.proxy && lowerProxy(upstream.proxy),
          headers: lowerHeaders(upstream, headers),
          connectTimeoutMs: upstream.connect_timeout_ms,
          keyDigest,
          // Without an upstream key there is nothing to count by.
          limit: keyDigest && lowerLimit(upstream, config),
        },
      ],
      requestTimeoutMs: upstream.request_timeout_ms,
      streamIdleTimeoutMs: upstream.stream_idle_timeout_ms,
    };
  };
}

/** Every header that a token may come in, lower-case. None of them goes upstream. */
export function tokenHeaders({ gateway_auth }: CompleteConfig): readonly string[] {
  const names = gateway_auth.token_sources.map(({ type, name }) =>
    type === "header" && name !== undefined ? name.toLowerCase() : "authorization",
  );
  return [...new Set(names)];
}

function lowerTarget(baseUrl: string): UpstreamTarget {
  const read = readBaseUrl(baseUrl);
  if (!read.ok) throw new Error("a rule refuses a wrong base_url before this");
  return read.target;
}

function lowerProxy({ protocol, address, username, password }: NonNullable<CompleteUpstream["proxy"]>): ProxySpec {
  const read = readAddress(address);
  if (read === undefined) throw new Error("a rule refuses a wrong proxy address before this");
  const credentials =
    username === undefined || password === undefined
      ? undefined
      : { username: new Secret(username), password: new Secret(password) };
  return { protocol: `${protocol}:`, hostname: read.host, port: read.port, credentials };
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
