// Where does a route send its requests, and how are they changed on the way? Data only.

import type { Secret } from "./secret.ts";

/** A `base_url`, taken apart. A plain object, never a `URL`: http-proxy reads `path` off it (fact F5). */
export interface UpstreamTarget {
  readonly protocol: "http:" | "https:";
  /** Host name or address to connect to; an IPv6 address without its brackets. */
  readonly hostname: string;
  readonly port: number;
  /** What goes into the `host` header: brackets kept, a default port left out. */
  readonly host: string;
  /** The base path without its trailing slash; empty for `/`. */
  readonly basePath: string;
}

/** An outbound proxy. With `socks:` (SOCKS5) it resolves the upstream's name. */
export interface ProxySpec {
  readonly protocol: "http:" | "https:" | "socks:";
  /** An IPv6 address without its brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly credentials: { readonly username: Secret; readonly password: Secret } | undefined;
}

/** A header the gateway sets, replacing all of that name. The name keeps the spelling of the config. */
export interface InjectedHeader {
  readonly name: string;
  readonly value: Secret;
}

/** The header rules of a route (contract, section 4, "Request headers upstream"). Names are lower-case. */
export interface HeaderRules {
  /** Every header named by a token source: never reaches the upstream. */
  readonly tokenHeaders: readonly string[];
  readonly remove: readonly string[];
  readonly forwardXff: boolean;
  readonly inject: readonly InjectedHeader[];
  readonly userAgent: string | undefined;
}

export interface ForwardSpec {
  readonly routeId: string;
  readonly prefix: string;
  readonly stripPrefix: boolean;
  readonly target: UpstreamTarget;
  /** What stands between us and the upstream. */
  readonly proxy: ProxySpec | undefined;
  readonly headers: HeaderRules;
  /** DNS, TCP, the proxy's handshake and TLS together, ms. */
  readonly connectTimeoutMs: number;
  /** Start of the attempt to the last body byte, ms; for SSE only to the response head. */
  readonly requestTimeoutMs: number;
  /** SSE only: longest silence, ms; 0 = none. */
  readonly streamIdleTimeoutMs: number;
}
