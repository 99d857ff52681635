// Describes where a route sends its requests, and how it changes them on the way. Data only.

import type { Digest, Secret } from "./secret.ts";
import type { DrainSpec, RouteUsageSpec } from "./usage.ts";

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

/** How long the parts of a request may take at one upstream, ms (contract, sections 4 and 7). */
export interface UpstreamTimes {
  /** From the last byte of the request to the last byte of the response; for a stream only to the response head. */
  readonly requestTimeoutMs: number;
  /** From the start of an attempt to the first byte of the response's body; `undefined`: any. */
  readonly firstByteTimeoutMs: number | undefined;
  /** Longest silence of a stream, and of an upload; 0 = any. */
  readonly streamIdleTimeoutMs: number;
}

/** One upstream of a route. */
export interface UpstreamSpec extends UpstreamTimes {
  /** Unique in its route. The only upstream of a route without a pool has the route's id. */
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
  /** The gateway shows a key of its own: a 401 or 402 is about that key, not about the client's. */
  readonly injectsKey: boolean;
  /** The silence of an event stream after which a comment line is sent to the client, ms; `undefined`: never. */
  readonly sseKeepaliveMs: number | undefined;
  /** Its share of the requests, compared with the weights of the others in its pool. */
  readonly weight: number;
  /** Patterns of the models it takes; `undefined`: all. `*` stands for any run of characters. */
  readonly models: readonly string[] | undefined;
  /** Model names that are replaced in requests to it. `from` is exact, or `*` for any name. Empty: none. */
  readonly renameModels: readonly ModelRename[];
  /** Changes when its address, keys, proxy or `tls` change: what is known of its health is then out of date. */
  readonly identity: Digest;
}

export interface ModelRename {
  readonly from: string;
  readonly to: string;
}

/** Keeps each client, or each value of a header, on one upstream of the pool. The header's name is lower-case. */
export type StickySpec = { readonly by: "client" } | { readonly by: "header"; readonly name: string };

/** When an upstream of a pool cools, and for how long (contract, section 14, "Cooling"). */
export interface CooldownSpec {
  /** After so many failures in a row. */
  readonly afterFailures: number;
  /** How long the first time, ms; twice as long each further time. */
  readonly ms: number;
  /** The longest such time, ms. Also the time after a spent quota or a refused key. */
  readonly maxMs: number;
}

/** How the upstream of a request is chosen (contract, section 14). */
export interface PoolSpec {
  readonly balance: "in_order" | "round_robin" | "least_inflight";
  readonly sticky: StickySpec | undefined;
  readonly cooldown: CooldownSpec;
}

/** What may be tried again: kinds of failure, and statuses of the upstream (contract, section 7). */
export const RETRY_WORDS = [
  "connect_error",
  "reset",
  "timeout",
  "first_byte_timeout",
  "overloaded_event",
  "quota",
  "401",
  "402",
  "403",
  "408",
  "409",
  "429",
  "500",
  "502",
  "503",
  "504",
  "529",
] as const;

export type RetryWord = (typeof RETRY_WORDS)[number];

/** Which failed attempts are followed by another one, and when (contract, section 7). */
export interface RetrySpec {
  /** Including the first. */
  readonly maxAttempts: number;
  readonly retryOn: readonly RetryWord[];
  /** The largest request body that is kept for another attempt, bytes. */
  readonly maxBodyBytes: number;
  /** The longest random wait before the second attempt, ms. It doubles with each further attempt. */
  readonly backoffMs: number;
  /** The longest wait before any attempt, ms. */
  readonly maxBackoffMs: number;
  /** The longest time of one attempt to its response head, ms; `undefined`: any. */
  readonly attemptTimeoutMs: number | undefined;
  /** A response that is passed on after the last attempt tells SDKs not to try again. */
  readonly tellClients: boolean;
}

/** How the WebSockets of a route go upstream (contract, section 15). */
export interface WebSocketForwardSpec {
  /** An item of `sec-websocket-protocol` that begins with one of these holds a token, and stays here. */
  readonly tokenPrefixes: readonly string[];
}

export interface ForwardSpec {
  readonly routeId: string;
  readonly prefix: string;
  readonly stripPrefix: boolean;
  /** At least one. */
  readonly upstreams: readonly UpstreamSpec[];
  /** `undefined` for a route with a single upstream, which is asked whatever its health. */
  readonly pool: PoolSpec | undefined;
  /** `undefined`: each request is sent once. */
  readonly retry: RetrySpec | undefined;
  /** `undefined`: the requests of the route are not metered. */
  readonly usage: RouteUsageSpec | undefined;
  /** `undefined`: when a client leaves, its request upstream is cancelled. */
  readonly drain: DrainSpec | undefined;
  /** `undefined`: the route takes no WebSockets. */
  readonly webSocket: WebSocketForwardSpec | undefined;
  /** How many bytes of a request body may be held to read its model, or to find state of one account. */
  readonly modelScanBytes: number;
  /** The media types that are streams, lower-case, without parameters. `audio/*` means every audio type. */
  readonly streamTypes: readonly string[];
}
