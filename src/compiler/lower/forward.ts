// Where does a route send its requests, and how are they changed on the way?

import type { ForwardSpec, HeaderRules, ProxySpec, UpstreamTarget } from "../../plan/forward.ts";
import { Secret } from "../../plan/secret.ts";
import type { CompleteConfig, CompleteRoute, CompleteUpstream } from "../schema/defaults.ts";
import { readAddress } from "./address.ts";
import { readBaseUrl } from "./base-url.ts";

/** Takes the whole config once, then each route. */
export function lowerForward(config: CompleteConfig): (route: CompleteRoute) => ForwardSpec {
  const headers = tokenHeaders(config);
  return ({ id, prefix, upstream }) => ({
    routeId: id,
    prefix,
    stripPrefix: upstream.strip_prefix,
    target: lowerTarget(upstream.base_url),
    proxy: upstream.proxy && lowerProxy(upstream.proxy),
    headers: lowerHeaders(upstream, headers),
    connectTimeoutMs: upstream.connect_timeout_ms,
    requestTimeoutMs: upstream.request_timeout_ms,
    streamIdleTimeoutMs: upstream.stream_idle_timeout_ms,
  });
}

/** Every header that a token may come in, lower-case: none of them goes upstream. */
export function tokenHeaders({ gateway_auth }: CompleteConfig): readonly string[] {
  const names = gateway_auth.token_sources.map(({ type, name }) =>
    type === "header" && name !== undefined ? name.toLowerCase() : "authorization",
  );
  return [...new Set(names)];
}

function lowerTarget(baseUrl: string): UpstreamTarget {
  const read = readBaseUrl(baseUrl);
  if (!read.ok) throw new Error("a base_url reaches lowering only when its rule has passed it");
  return read.target;
}

function lowerProxy({ protocol, address, username, password }: NonNullable<CompleteUpstream["proxy"]>): ProxySpec {
  const read = readAddress(address);
  if (read === undefined) throw new Error("a proxy address reaches lowering only when its rule has passed it");
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
