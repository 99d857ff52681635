// Describes where a route sends its requests, and how it changes them on the way. Data only.

import type { Digest, Secret } from "./secret.ts";

/** A parsed `base_url`. A plain object, never a `URL`: http-proxy would lose the path of a `URL` (fact F5). */
export interface UpstreamTarget {
  readonly protocol: "http:" | "https:";
  /** Host name or address to connect to; an IPv6 address without its brackets. */
  readonly hostname: string;
  readonly port: number;
  /** The `host` header: an IPv6 address in brackets, a default port left out. */
  readonly host: string;
  /** The base path without its trailing slash; empty for `/`. */
  readonly basePath: string;
}

/** An outbound proxy. With `socks:` (SOCKS5) the proxy resolves the upstream's name. */
export interface ProxySpec {
  readonly protocol: "http:" | "https:" | "socks:";
  /** An IPv6 address without its brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly credentials: { readonly username: Secret; readonly password: Secret } | undefined;
}

/** A header the gateway sets. It replaces all headers of that name. The name keeps the spelling of the config. */
export interface InjectedHeader {
  readonly name: string;
  readonly value: Secret;
}

/** A query parameter the gateway sets. It replaces all parameters of that name. */
export interface InjectedParameter {
  /** As the upstream reads it, not percent-encoded. */
  readonly name: string;
  readonly value: Secret;
}

/** TLS settings of the connection to an `https` upstream. The files are read when the upstream is linked, so again on reload. */
export interface UpstreamTlsSpec {
  /** CAs that are trusted in addition to those of the system. */
  readonly caPath: string | undefined;
  /** The gateway's own certificate and its key: both or neither. */
  readonly certPath: string | undefined;
  readonly keyPath: string | undefined;
  /** The name that is sent as SNI and that the certificate is checked against, in place of the target's host. */
  readonly serverName: string | undefined;
}

/** The header rules of an upstream (contract, section 4, "Request headers upstream"). Names are lower-case. */
export interface HeaderRules {
  /** Every header that a token source names: none of them reaches the upstream. */
  readonly tokenHeaders: readonly string[];
  readonly remove: readonly string[];
  readonly forwardXff: boolean;
  readonly inject: readonly InjectedHeader[];
  readonly userAgent: string | undefined;
}

/** How many requests may be in flight with one upstream key of a route, and how many may wait for a free slot. */
export interface UpstreamLimitSpec {
  readonly max: number;
  readonly maxWaiting: number;
  /** Longest wait, ms. */
  readonly timeoutMs: number;
}

/** One upstream of a route. */
export interface UpstreamSpec {
  /** Unique in its route. A route's only upstream has the route's id. */
  readonly id: string;
  readonly target: UpstreamTarget;
  /** The outbound proxy that leads to the upstream. */
  readonly proxy: ProxySpec | undefined;
  readonly tls: UpstreamTlsSpec | undefined;
  readonly headers: HeaderRules;
  readonly injectQuery: readonly InjectedParameter[];
  /** DNS, TCP, the outbound proxy's handshake and TLS together, ms. */
  readonly connectTimeoutMs: number;
  /**
   * The digest of the injected upstream key, if there is one. The in-flight limit counts requests by it. Requests of a route
   * without a key are counted together.
   */
  readonly keyDigest: Digest | undefined;
  readonly limit: UpstreamLimitSpec | undefined;
}

export interface ForwardSpec {
  readonly routeId: string;
  readonly prefix: string;
  readonly stripPrefix: boolean;
  /** At least one. */
  readonly upstreams: readonly UpstreamSpec[];
  /** From the last byte of the request to the last byte of the response, ms; for a stream only to the response head. */
  readonly requestTimeoutMs: number;
  /** Longest silence of a stream, and of an upload, ms; 0 = any. */
  readonly streamIdleTimeoutMs: number;
  /** The media types that are streams, lower-case, without parameters. `audio/*` means every audio type. */
  readonly streamTypes: readonly string[];
  /** The silence of an event stream after which a comment line is sent to the client, ms; `undefined`: never. */
  readonly sseKeepaliveMs: number | undefined;
}
