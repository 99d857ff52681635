// biome-ignore-all lint: generated
// biome-ignore-all format: generated
// biome-ignore-all assist: generated
// Generated from schema/config.schema.json by `npm run gen`. Never edited.

/**
 * An upstream of a pool. It has all keys of `upstream` except `retry`, `usage`, `on_client_abort`, `drain_limit`, `websocket`, `strip_prefix` and `stream_types`, which belong to the route. A key that it sets replaces the one of `upstream`, and that one replaces the one of `upstream_defaults`. Lists are not merged.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "poolUpstream".
 */
export type PoolUpstream = PoolMember &
  Omit<Upstream, "strip_prefix" | "stream_types" | "retry" | "usage" | "on_client_abort" | "drain_limit" | "websocket">;
/**
 * Defaults for the `upstream` of every route. A default applies if the route does not set the key itself. All keys of `routes[].upstream` except `base_url` are allowed here. A key that a route sets replaces the whole value from here: lists are not merged.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "upstreamDefaults".
 */
export type UpstreamDefaults = Omit<Upstream, "base_url">;

/**
 * The config file of AI Gateway Lite.
 */
export interface Config {
  /**
   * The address that the gateway listens on, as `host:port`. The host is an IPv4 address, an IPv6 address in brackets (`[::1]`) or a host name. Port 0 lets the system choose a free port. A change needs a restart.
   */
  listen: string;
  gateway_auth: GatewayAuth;
  /**
   * The routes. Each request goes to the route whose prefix matches its path.
   *
   * @minItems 1
   */
  routes: Route[];
  upstream_defaults?: UpstreamDefaults;
  inbound_tls?: InboundTls;
  cors?: Cors;
  rate_limit?: RateLimit;
  concurrency?: Concurrency;
  models?: Models;
  usage?: Usage;
  downstream?: Downstream;
  observability?: Observability;
  /**
   * Regression tests of this config. `check` runs them and sends nothing.
   */
  tests?: ConfigTest[];
  errors?: Errors;
  reload?: Reload;
  shutdown?: Shutdown;
  state?: State;
  /**
   * How many processes serve requests. One process uses one core of the machine. `auto` starts as many as the machine can run at the same time. With more than one, or `auto`, limits and budgets need `state.redis`. A change needs a restart.
   */
  workers?: number | "auto";
}
/**
 * Who may use the gateway: the tokens that it accepts, the clients that they belong to, and where a request has its token. At least one token is needed, in `tokens` or in `clients`.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "gatewayAuth".
 */
export interface GatewayAuth {
  /**
   * Tokens that belong to no client. They may use all routes and models. Instead of a token you can list its hash: `sha256:` and the 64 hex digits of the token's SHA-256. Then the token itself is not in the file.
   *
   * Items: A gateway token, or its hash as `sha256:…`.
   */
  tokens?: string[];
  /**
   * Where the gateway looks for the token of a request. It tries the sources in order; the first one that has a value decides. By default it reads only `authorization: Bearer …`. Anthropic clients usually send `x-api-key`, Gemini clients `x-goog-api-key` and Azure clients `api-key`, so add those headers for them.
   *
   * @minItems 1
   */
  token_sources?: TokenSource[];
  /**
   * Clients with names. Each has tokens of its own. It may be limited to some routes and models, and in the number of its requests. The guide is `docs/clients-and-limits.md`.
   */
  clients?: Client[];
}
/**
 * One location where the gateway looks for a token.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "tokenSource".
 */
export interface TokenSource {
  /**
   * `authorization_bearer` reads `authorization: Bearer …`. `header` reads the header given in `name`. `query` reads the query parameter given in `name`. `websocket_protocol` reads the item of `sec-websocket-protocol` that begins with `prefix`, for browsers, which can set no header for a WebSocket.
   */
  type: "authorization_bearer" | "header" | "query" | "websocket_protocol";
  /**
   * The header or the query parameter that contains the token. Required with `type: header` and `type: query`, not allowed otherwise. Whatever is named here is never sent upstream.
   */
  name?: string;
  /**
   * What stands before the token in an item of `sec-websocket-protocol`. Required with `type: websocket_protocol`, not allowed otherwise. Items that begin with it are never sent upstream. OpenAI's clients in browsers send `openai-insecure-api-key.`.
   */
  prefix?: string;
}
/**
 * Someone who may use the gateway, and what they may do. The log, the dashboard and traces show the id of the client.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "client".
 */
export interface Client {
  /**
   * The name of the client: 1 to 64 letters, digits, dots, hyphens or underscores. It must be unique.
   */
  id: string;
  /**
   * The tokens of the client, or their hashes. With two at a time you can change a token without downtime: add the new one, give it to the program, then remove the old one. A token belongs to one client only.
   *
   * @minItems 1
   *
   * Items: A gateway token, or its hash as `sha256:…`.
   */
  tokens: string[];
  /**
   * False shuts the client out: its tokens get `401 unauthorized`, like a token that does not exist.
   */
  enabled?: boolean;
  /**
   * The time from which the tokens get `401 unauthorized`, like a token that does not exist. Responses that have begun run to their end. An RFC 3339 time.
   */
  expires_at?: string;
  /**
   * The ids of the routes that the client may use. Without this key it may use all, with an empty list none. On any other route it gets `403 route_not_allowed`.
   *
   * Items: The id of a route.
   */
  routes?: string[];
  /**
   * The models that the client may use. `*` stands for any characters, the rest is literal, and case counts. Without this key it may use all, with an empty list none. For any other model it gets `403 model_not_allowed`. The gateway reads the model of each request of such a client. If it can't read the model, the client gets `400 model_unreadable`.
   *
   * Items: A model name, or a pattern with `*`.
   */
  models?: string[];
  rate_limit?: ClientRateLimit;
  /**
   * How many requests of the client may be in flight at the same time, over all its routes. Further requests get `429 client_concurrency_exceeded`.
   */
  max_inflight?: number;
  /**
   * How much the client may use in a day, a week, a month or in total. All its budgets apply at the same time.
   */
  budgets?: Budget[];
}
/**
 * How many requests the client may make per minute, and how many tokens it may use, over all its routes. `rate_limit` at the top level applies as well.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "clientRateLimit".
 */
export interface ClientRateLimit {
  /**
   * Requests per minute. The count starts again at each full minute of the clock. Further requests get `429 rate_limited`.
   */
  per_minute?: number;
  /**
   * Input and output tokens together, per minute. The count starts again at each full minute of the clock. A running request counts with its estimate. When it ends, it counts with what it used, in the minute in which it was admitted. Further requests get `429 rate_limited`. Needs `usage.enabled`.
   */
  tokens_per_minute?: number;
}
/**
 * How much a client may use in a period, over all its routes: in USD, in tokens, or both. Each request reserves an estimate before it goes upstream. When it ends, what it really used is charged. Needs `usage.enabled`.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "budget".
 */
export interface Budget {
  /**
   * The period: a UTC `day`, a `week` that begins on Monday, a calendar `month`, or `total`, which never resets.
   */
  per: "day" | "week" | "month" | "total";
  /**
   * USD in the period. If too little is left for a request, it gets `429 budget_exceeded`.
   */
  usd?: number;
  /**
   * Input and output tokens together in the period. If too little is left for a request, it gets `429 budget_exceeded`.
   */
  tokens?: number;
}
/**
 * A path prefix and the upstreams that receive its requests: one `upstream`, or a pool of `upstreams`.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "route".
 */
export interface Route {
  /**
   * The name of the route in logs, metrics and diagnostics. It must be unique.
   */
  id: string;
  /**
   * The path prefix. It matches whole path segments: `/openai` matches `/openai` and `/openai/…`, but not `/openai2`. If several prefixes match, the longest wins. `/` matches every path. It must be unique.
   */
  prefix: string;
  upstream?: Upstream;
  /**
   * A pool: several upstreams, of which each request is sent to one. When that one fails, the request can be sent to another. `upstream` then holds the keys that they share. See the guide `docs/pools.md`.
   *
   * @minItems 1
   */
  upstreams?: PoolUpstream[];
  /**
   * How the upstream of a request is chosen from a pool. `in_order`: the first that is well; the others are for the times when it fails. `round_robin`: each in turn, by weight. `least_inflight`: the one with the fewest requests in flight, by weight.
   */
  balance?: "in_order" | "round_robin" | "least_inflight";
  sticky?: Sticky;
  cooldown?: Cooldown;
}
/**
 * Where the requests of a route are sent, and what is changed before they are sent. `base_url` is required here, unless each of `upstreams` has its own.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "upstream".
 */
export interface Upstream {
  /**
   * The absolute `http` or `https` URL that the rest of the request path is appended to. It must not contain a query, a fragment or credentials. Leave `/v1` out here if the clients' paths contain it. For example, with prefix `/ollama` and `http://localhost:11434` here, a client uses the path `/ollama/v1` as its base URL, and its requests go to `http://localhost:11434/v1/…`. If this URL ends with `/v1`, clients use `/ollama` instead.
   */
  base_url?: string;
  /**
   * Remove the route's prefix from the path before the path is appended to `base_url`.
   */
  strip_prefix?: boolean;
  /**
   * The longest time to connect to the upstream, in ms. It covers DNS, TCP, the handshake of an outbound proxy and TLS together. After that the client gets `504 upstream_timeout`.
   */
  connect_timeout_ms?: number;
  /**
   * The longest time from the last byte of the request to the last byte of the response, in ms. For a stream (see `stream_types`) it ends when the response headers arrive. An upload that makes progress is not cut. After that the client gets `504 upstream_timeout`, or a broken connection if the response has begun. SDKs wait 600000 ms for long responses that are not streamed.
   */
  request_timeout_ms?: number;
  /**
   * The longest time from the start of an attempt to the first byte of the response's body, in ms, even if the headers came before. The headers are held back until then, so that another attempt is still possible (see `retry`). After that the client gets `504 upstream_timeout`. The time does not run while the client's upload makes progress.
   */
  first_byte_timeout_ms?: number;
  /**
   * The longest time in which no data arrives, in ms. It applies to streams (see `stream_types`) after their headers, and to uploads. After that a stream is broken off, and an upload gets `408 request_timeout`. 0 means no limit.
   */
  stream_idle_timeout_ms?: number;
  /**
   * The media types of responses that are streams. `audio/*` means every audio type. A stream may take any time, as long as data arrives within `stream_idle_timeout_ms`. Other responses must end within `request_timeout_ms`.
   *
   * Items: A media type, without parameters.
   */
  stream_types?: string[];
  /**
   * Sends the comment line `: keep-alive` to the client when an event stream has been silent for this long, in ms. Load balancers that cut idle connections then keep the connection open. It does not extend any timeout of the gateway. Without it nothing is sent.
   */
  sse_keepalive_ms?: number;
  /**
   * Headers that the gateway sets on each request to the upstream. Each entry replaces all headers of the same name. The upstream key goes here.
   */
  inject_headers?: InjectHeader[];
  /**
   * Query parameters that the gateway sets on each request to the upstream. Each entry replaces all parameters of the same name. The rest of the query is not changed.
   */
  inject_query?: QueryParameter[];
  /**
   * Headers that are removed from each request to the upstream. Names are case-insensitive.
   *
   * Items: A header name.
   */
  remove_headers?: string[];
  /**
   * The `user-agent` that is sent to the upstream instead of the client's.
   */
  user_agent?: string;
  /**
   * Forward `x-forwarded-*`, `forwarded`, `x-real-ip` and similar headers, and append the client's address to `x-forwarded-for`. If false, these headers are removed.
   */
  forward_xff?: boolean;
  /**
   * The outbound proxy that leads to the upstream: a mapping, a URL such as `socks://user:password@proxy.internal:1080`, `env` or `none`. `env` reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` from the environment, as curl does. `none` means no proxy; it overrides a proxy in `upstream_defaults`. A URL is a secret: it is never logged or shown.
   */
  proxy?: Proxy | string;
  tls?: UpstreamTls;
  /**
   * How many requests per upstream key may be in flight on this route at the same time. Overrides `concurrency.upstream_per_key_max_inflight`. The upstream key is the injected `authorization` or `x-api-key` header. A route without one counts as one key.
   */
  upstream_key_max_inflight?: number;
  retry?: Retry;
  usage?: UpstreamUsage;
  /**
   * What happens to the upstream request when the client leaves before its response is complete. `cancel` cancels the request at once. `drain` reads the rest of the response without sending it, so that its usage is known; until then the request counts as in flight. Providers may bill the whole response in both cases.
   */
  on_client_abort?: "cancel" | "drain";
  drain_limit?: DrainLimit;
  /**
   * Takes WebSockets on this route, as the Realtime API, Gemini Live and the Responses API use them. Limits, budgets and the models of a client are checked once, when the WebSocket is opened. Elsewhere such a request gets `426 websocket_not_enabled`, and most clients then use HTTP.
   */
  websocket?: boolean;
}
/**
 * A header that the gateway sets.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "injectHeader".
 */
export interface InjectHeader {
  /**
   * The name of the header.
   */
  name: string;
  /**
   * The value of the header. A secret: it is never logged or shown.
   */
  value: string;
}
/**
 * A query parameter that the gateway sets.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "injectQuery".
 */
export interface QueryParameter {
  /**
   * The name of the parameter, as the upstream reads it. The gateway encodes it for the URL.
   */
  name: string;
  /**
   * The value of the parameter. The gateway encodes it for the URL. A secret: it is never logged or shown.
   */
  value: string;
}
/**
 * An outbound proxy between the gateway and the upstream.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "proxy".
 */
export interface Proxy {
  /**
   * The protocol of the proxy. `http` and `https` are HTTP proxies, reached over TCP or over TLS; `socks` is SOCKS5. The proxy resolves the upstream's host name.
   */
  protocol: "http" | "https" | "socks";
  /**
   * The address of the proxy, as `host:port`.
   */
  address: string;
  /**
   * The user name for the proxy. Set it together with `password`, or leave both out.
   */
  username?: string;
  /**
   * The password for the proxy. Set it together with `username`, or leave both out.
   */
  password?: string;
}
/**
 * TLS settings of the connection to an `https` upstream.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "upstreamTls".
 */
export interface UpstreamTls {
  /**
   * A file with CA certificates in PEM format. The gateway trusts them in addition to the CAs of the system.
   */
  ca_path?: string;
  /**
   * The file with the client certificate that the gateway shows to the upstream, in PEM format. Set it together with `key_path`, or leave both out.
   */
  cert_path?: string;
  /**
   * The file with the private key of the client certificate, in PEM format. Set it together with `cert_path`, or leave both out.
   */
  key_path?: string;
  /**
   * The host name that the upstream's certificate must be valid for, and that the gateway sends as SNI. Without it the gateway uses the host of `base_url`.
   */
  server_name?: string;
}
/**
 * Whether a request is sent again when the upstream fails, before any byte of a response went to the client. Off without this key; a pool with more than one upstream has it on by default.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "retry".
 */
export interface Retry {
  /**
   * The highest number of attempts for one request, including the first. In a pool, the default is the number of its upstreams, at most 5.
   */
  max_attempts?: number;
  /**
   * The failures after which another attempt is made: kinds of failure, and statuses of the upstream. `timeout` means `attempt_timeout_ms` and the connect timeout, `overloaded_event` an event stream that begins with an error, `quota` a spent credit or daily limit. After `reset`, `timeout`, `first_byte_timeout`, "500", "502" or "504" the first attempt may already have been billed, so the request may be paid twice. In a pool, the default has "401", "402" and `quota` as well.
   *
   * Items: A kind of failure, or a status of the upstream.
   */
  retry_on?: (
    | "connect_error"
    | "reset"
    | "timeout"
    | "first_byte_timeout"
    | "overloaded_event"
    | "quota"
    | "401"
    | "402"
    | "403"
    | "408"
    | "409"
    | "429"
    | "500"
    | "502"
    | "503"
    | "504"
    | "529"
  )[];
  /**
   * The largest request body that is kept for another attempt, in bytes. A request with a larger body is not tried again once it was sent.
   */
  max_body_bytes?: number;
  /**
   * The longest random wait before the second attempt, in ms. It doubles with each further attempt.
   */
  backoff_ms?: number;
  /**
   * The longest wait before any attempt, in ms. If the upstream asks for a longer wait (`retry-after`), its response is forwarded to the client instead.
   */
  max_backoff_ms?: number;
  /**
   * The longest time until one attempt receives the response headers, in ms. The time does not run while the client's upload makes progress.
   */
  attempt_timeout_ms?: number;
  /**
   * Add `x-should-retry: false` to a response that is forwarded after the last attempt, or because its wait was too long. SDKs that obey it then do not send the request again themselves.
   */
  tell_clients?: boolean;
}
/**
 * How the usage of this route's requests is read from the responses. It has an effect only with `usage.enabled` at the top level.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "upstreamUsage".
 */
export interface UpstreamUsage {
  /**
   * The API form in which responses report their usage. `auto` recognizes it. `none` means that the requests of this route are not metered: they have no line in the ledger, and nothing is charged to a budget.
   */
  form?: "auto" | "openai" | "anthropic" | "gemini" | "ollama" | "none";
  /**
   * Ask the upstream to report the usage of OpenAI chat streams. If a request asks for a stream and does not set `stream_options.include_usage`, the gateway adds it, and removes the one extra event from the response. An explicit `false` is not changed. Without `ask`, most such streams report no usage.
   */
  ask?: boolean;
}
/**
 * How long the gateway goes on reading a response after its client has left, with `on_client_abort: drain`. After that it cancels the request.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "drainLimit".
 */
export interface DrainLimit {
  /**
   * The longest time after the client has left, in ms.
   */
  timeout_ms?: number;
  /**
   * How many bytes of the response are read at most after the client has left.
   */
  max_bytes?: number;
}
/**
 * Keeps the requests of a client, or those with the same value of a header, on one upstream of the pool while that one is well. Providers cache prompts for each account, so this saves money and time.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "sticky".
 */
export interface Sticky {
  /**
   * What decides: the `client` (a token that belongs to no client counts as one), or the value of a `header`.
   */
  by: "client" | "header";
  /**
   * The name of the header, with `by: header`. A request without it is sent as if there were no `sticky`.
   */
  name?: string;
}
/**
 * When an upstream of a pool cools: it gets no requests for some time, because it failed. After that time one request tries it. The others go elsewhere until that request is answered.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "cooldown".
 */
export interface Cooldown {
  /**
   * After how many failures in a row the upstream cools. After a 429, 503 or 529 that says how long to wait, a spent quota or a refused key it cools at once.
   */
  after_failures?: number;
  /**
   * How long the upstream cools after failures the first time, in ms. Each further time it cools twice as long, up to `max_ms`.
   */
  ms?: number;
  /**
   * The longest time that the upstream cools after failures, in ms. Also the time after a spent quota or a refused key.
   */
  max_ms?: number;
}
/**
 * TLS for clients. Without `cert_path` and `key_path` the gateway uses a self-signed certificate, which it creates at the first start.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "inboundTls".
 */
export interface InboundTls {
  /**
   * The file with the certificate chain, in PEM format. Set it together with `key_path`, or leave both out.
   */
  cert_path?: string;
  /**
   * The file with the private key, in PEM format. Set it together with `cert_path`, or leave both out.
   */
  key_path?: string;
  /**
   * The file with the self-signed certificate.
   */
  self_signed_cert_path?: string;
  /**
   * The file with the private key of the self-signed certificate.
   */
  self_signed_key_path?: string;
  /**
   * A file with CA certificates in PEM format. If it is set, each client must show a certificate of one of these CAs. The token is still required.
   */
  client_ca_path?: string;
}
/**
 * Requests from web pages of other origins (CORS).
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "cors".
 */
export interface Cors {
  /**
   * Answer preflight requests and set the CORS headers. If false, the other keys here have no effect.
   */
  enabled?: boolean;
  /**
   * The origins whose pages may use the gateway; `*` allows all. An entry without a scheme matches the host and port of an origin, with any scheme.
   *
   * Items: An origin.
   */
  allow_origins?: string[];
  /**
   * The request headers that a preflight asks for are always allowed. Those listed here are allowed in addition.
   *
   * Items: A header name.
   */
  allow_headers?: string[];
  /**
   * The method that a preflight asks for is always allowed. Those listed here are allowed in addition.
   *
   * Items: A method.
   */
  allow_methods?: string[];
  /**
   * Response headers that a web page may read.
   *
   * Items: A header name.
   */
  expose_headers?: string[];
  /**
   * Allow web pages to send cookies and other credentials: the gateway sends `access-control-allow-credentials: true`. It can't be combined with `*` in `allow_origins`.
   */
  allow_credentials?: boolean;
  /**
   * How long a browser may reuse the answer to a preflight, in seconds. Without it browsers decide, usually 5 seconds.
   */
  max_age_s?: number;
}
/**
 * How many requests each client may make per minute on each route.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "rateLimit".
 */
export interface RateLimit {
  /**
   * How many requests one client may make on one route per minute. Each client is counted on each route separately. All tokens of a client in `gateway_auth.clients` count together; any other token counts as a client of its own. The counts start again at each full minute of the clock, so up to twice this number can pass around a full minute. Further requests get `429 rate_limited`. Without it there is no limit.
   */
  per_minute?: number;
}
/**
 * How many requests may be in flight at the same time. A request is in flight until the last byte of its response.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "concurrency".
 */
export interface Concurrency {
  /**
   * The limit for the whole gateway. Further requests get `503 downstream_concurrency_exceeded`. Without it there is no limit.
   */
  downstream_max_inflight?: number;
  /**
   * The limit for each upstream key on each route. The upstream key is the injected `authorization` or `x-api-key` header. A route without one, such as a local Ollama, counts as one key. Further requests get `503 upstream_concurrency_exceeded`, or wait in the `queue`. Without it there is no limit.
   */
  upstream_per_key_max_inflight?: number;
  queue?: Queue;
}
/**
 * Lets requests wait when an upstream limit is reached, instead of refusing them at once.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "queue".
 */
export interface Queue {
  /**
   * How many requests may wait for each upstream key on each route. They are served in the order of their arrival. 0 means that no request waits.
   */
  max_waiting?: number;
  /**
   * The longest time that a request waits, in ms. After that it gets `503 upstream_concurrency_exceeded`.
   */
  timeout_ms?: number;
}
/**
 * How the model of a request is read: where a client has `models`, `budgets` or `tokens_per_minute`, or an upstream has `models` or `rename_models`.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "models".
 */
export interface Models {
  /**
   * How much of a request body may be held to find the name of its model, in bytes. A request whose model is not found within it gets `400 model_unreadable`. Bodies are held only for clients with `models`, `budgets` or `tokens_per_minute`, on routes with `usage.ask`, on routes where an upstream has `models` or `rename_models`, and in pools, where they are searched for the state of one account.
   */
  scan_bytes?: number;
}
/**
 * How the gateway records the tokens and the cost of requests. It reads them from a copy of each response. Budgets and limits in tokens need this. The guide is `docs/usage.md`.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "usage".
 */
export interface Usage {
  /**
   * Read the usage of responses, and write it to the ledger. If false, the other keys here have no effect.
   */
  enabled?: boolean;
  ledger?: Ledger;
  /**
   * What models cost. The first entry whose pattern matches the model is used. It has priority over the cost that the upstream reports, and over the price table that comes with the gateway.
   */
  prices?: Price[];
  /**
   * What is charged to the client's budgets if a successful response reports no usage: the `estimate` that was reserved, or `none`.
   */
  unknown_charge?: "estimate" | "none";
  /**
   * Whether a client with a budget in USD may use a model without a known price. With `deny` it gets `403 model_not_allowed`. With `allow` such requests charge nothing to a budget in USD.
   */
  unpriced?: "deny" | "allow";
}
/**
 * The files with the usage records: one JSON line for each request that went upstream, with its tokens and its cost. Changes take effect after a restart.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "ledger".
 */
export interface Ledger {
  /**
   * The folder of the files `usage-YYYY-MM-DD.jsonl`. It is created if it does not exist. A relative path starts at the working directory.
   */
  dir?: string;
  /**
   * Files older than this many days are deleted. Budgets with `per: total` keep their sums.
   */
  keep_days?: number;
}
/**
 * What the tokens of a model cost, in USD per million tokens.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "price".
 */
export interface Price {
  /**
   * The name of the model, or a pattern: `*` stands for any characters, the rest is literal, and case counts.
   */
  model: string;
  /**
   * USD per million input tokens.
   */
  input_usd_per_mtok: number;
  /**
   * USD per million output tokens, reasoning included.
   */
  output_usd_per_mtok: number;
  /**
   * USD per million input tokens that were read from a cache. Default: the price of input.
   */
  cached_input_usd_per_mtok?: number;
  /**
   * USD per million input tokens that were written to a cache. Default: the price of input.
   */
  cache_write_usd_per_mtok?: number;
  /**
   * USD per million input tokens that were written to a cache for an hour. Default: `cache_write_usd_per_mtok`.
   */
  cache_write_1h_usd_per_mtok?: number;
}
/**
 * The connections of clients.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "downstream".
 */
export interface Downstream {
  /**
   * How long a client may take no data while a part of its response waits for it, in ms. After that its connection is closed. 0 means no limit.
   */
  send_timeout_ms?: number;
}
/**
 * Logs, metrics and traces. A change needs a restart.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "observability".
 */
export interface Observability {
  logging?: Logging;
  metrics?: Metrics;
  tracing?: Tracing;
}
/**
 * What is logged, and where. At least one of `to_stdout` and `file` must be on.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "logging".
 */
export interface Logging {
  /**
   * The lowest level that is logged.
   */
  level?: "trace" | "debug" | "info" | "warn" | "error";
  /**
   * `json` for machines, `text` for people.
   */
  format?: "json" | "text";
  /**
   * Write the log to standard output.
   */
  to_stdout?: boolean;
  file?: LogFile;
}
/**
 * Write the log to files. A new file is started regularly.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "logFile".
 */
export interface LogFile {
  /**
   * Write log files.
   */
  enabled?: boolean;
  /**
   * The folder of the log files. It is created if it does not exist.
   */
  dir?: string;
  /**
   * The start of each file name, as in `ai-gw-lite.2026-11-23.log`.
   */
  prefix?: string;
  /**
   * How often a new file is started, by UTC time. `never` keeps writing to one file.
   */
  rotation?: "minutely" | "hourly" | "daily" | "never";
  /**
   * A new file is also started when the current one would grow larger than this, in MB (1 MB is 1,048,576 bytes). Without it there is no limit.
   */
  max_size_mb?: number;
  /**
   * How many files are kept, including the current one. Older ones are deleted.
   */
  max_files?: number;
}
/**
 * Prometheus metrics, a JSON summary and a dashboard.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "metrics".
 */
export interface Metrics {
  /**
   * Serve the metrics, the summary and the dashboard. If false, the other keys here have no effect.
   */
  enabled?: boolean;
  /**
   * The path that Prometheus reads. The dashboard is at `{path}/ui`, the summary at `{path}/summary`.
   */
  path?: string;
  /**
   * The token that Prometheus sends as `authorization: Bearer …`. Required if metrics are enabled. A secret: it is never logged or shown.
   */
  token?: string;
  /**
   * A separate address for metrics, summary and dashboard, as `host:port`. If it is set, they are served there and nowhere else. `/healthz` and `/readyz` are served on both addresses.
   */
  listen?: string;
}
/**
 * OpenTelemetry traces.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "tracing".
 */
export interface Tracing {
  /**
   * Create spans and send them to the collector given in `otlp`.
   */
  enabled?: boolean;
  /**
   * The share of requests that are traced, from 0 to 1. A request that has a `traceparent` header follows the decision in that header.
   */
  sample_ratio?: number;
  otlp?: Otlp;
}
/**
 * The collector that receives the spans.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "otlp".
 */
export interface Otlp {
  /**
   * The URL of the collector. With `protocol: http`, `/v1/traces` is added if the URL has no path.
   */
  endpoint: string;
  /**
   * The protocol of the collector: OTLP over `grpc`, or over `http`.
   */
  protocol?: "grpc" | "http";
  /**
   * The longest time for one export, in ms.
   */
  timeout_ms?: number;
}
/**
 * A request that `check` runs through the compiled config without sending it, and the expected result.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "configTest".
 */
export interface ConfigTest {
  /**
   * The name of the test.
   */
  name: string;
  request: TestRequest;
  expect: TestExpect;
}
/**
 * The request of a test. It carries a token only if `headers` contains one, and needs none with `client`.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "testRequest".
 */
export interface TestRequest {
  /**
   * The method of the request.
   */
  method: string;
  /**
   * The path of the request, with or without a query.
   */
  path: string;
  /**
   * The headers of the request, by name.
   */
  headers?: {
    /**
     * The value of a header. A secret: it is never logged or shown.
     */
    [k: string]: string;
  };
  /**
   * The model that the body of the request names. Needed if the client has `models`, or if an upstream has `models` and the test expects an upstream.
   */
  model?: string;
  /**
   * The id of the client that makes the request. With it the request needs no token in `headers`.
   */
  client?: string;
}
/**
 * The expected result of a test: the route that receives the request, or the status that the gateway refuses it with.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "testExpect".
 */
export interface TestExpect {
  /**
   * The id of the route that must receive the request.
   */
  route?: string;
  /**
   * The status that the gateway must refuse the request with.
   */
  status?: number;
  /**
   * The id of the upstream that must be asked first, when all upstreams of the route are well and idle. The single upstream of a route without a pool has the id of the route.
   */
  upstream?: string;
  /**
   * The URL that the request must be sent to.
   */
  upstream_url?: string;
  /**
   * Headers that must be sent to the upstream, by name.
   */
  upstream_headers?: {
    /**
     * The value of a header. A secret: it is never logged or shown.
     */
    [k: string]: string;
  };
  /**
   * Headers that must not be sent to the upstream.
   *
   * Items: A header name.
   */
  absent_headers?: string[];
}
/**
 * The format of the gateway's own error responses.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "errors".
 */
export interface Errors {
  /**
   * `plain` sends `{"error":"…"}`. `openai` and `anthropic` use the error format of that SDK. `auto` uses `anthropic` for requests with an `anthropic-version` header, and `openai` for all others.
   */
  format?: "plain" | "openai" | "anthropic" | "auto";
}
/**
 * When the gateway reloads its config. It always does so on SIGHUP.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "reload".
 */
export interface Reload {
  /**
   * Also reload when the contents of the config file change, or those of a file named in `${file:…}`, in `inbound_tls` or in `tls` of an upstream.
   */
  watch?: boolean;
}
/**
 * What happens on SIGTERM and SIGINT.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "shutdown".
 */
export interface Shutdown {
  /**
   * How long the gateway keeps serving while `/readyz` already returns 503, in ms. Load balancers use this time to stop sending requests.
   */
  grace_ms?: number;
  /**
   * How long running requests may take to finish after that, in ms. Then the remaining ones are broken off.
   */
  drain_timeout_ms?: number;
}
/**
 * Where the gateway keeps the counts of its limits and budgets. By default each process keeps its own in memory.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "state".
 */
export interface State {
  redis?: Redis;
}
/**
 * A Redis server (6.2 or later) or Valkey server that keeps the counts of rates, requests in flight, token limits and budgets for several gateways and workers, so that they enforce each limit together. Only requests with limits ask it. A change needs a restart.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "redis".
 */
export interface Redis {
  /**
   * The URL of the server: `redis://user:password@host:port/database`, or `rediss://…` for TLS. Only the host is required. Without a port it is 6379, without a database 0. Write `redis://:password@host` for a password alone, and special characters in the password as `%XX`. The URL is a secret: it is never logged or shown.
   */
  url: string;
  /**
   * How the names of all keys in Redis begin: 1 to 128 ASCII characters without spaces, in quotes if the last one is a colon. Gateways with the same prefix share their counts. For Redis Cluster, a prefix with a part in braces, such as `ai-gw-lite:{team}:`, keeps all keys in one slot.
   */
  key_prefix?: string;
  /**
   * The longest time that a request waits for an answer of Redis, in ms. After that, Redis counts as not reachable, and `on_failure` applies.
   */
  timeout_ms?: number;
  /**
   * What happens to requests with limits while Redis can't be reached. `local`: each process enforces the limits by its own counts. `closed`: they get `503 state_unavailable`. `open`: they pass without limits.
   */
  on_failure?: "local" | "closed" | "open";
}
/**
 * An upstream of a pool. It has all keys of `upstream` except `retry`, `usage`, `on_client_abort`, `drain_limit`, `websocket`, `strip_prefix` and `stream_types`, which belong to the route. A key that it sets replaces the one of `upstream`, and that one replaces the one of `upstream_defaults`. Lists are not merged.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "poolMember".
 */
export interface PoolMember {
  /**
   * The name of the upstream in logs, metrics and on the dashboard. It must be unique in its route.
   */
  id: string;
  /**
   * Its share of the requests, compared with the weights of the others. It counts with `balance: round_robin` or `least_inflight`, and with `sticky`.
   */
  weight?: number;
  /**
   * The models whose requests it takes. `*` stands for any characters, the rest is literal, and case counts. Without this key it takes all. If no upstream takes the model of a request, the client gets `403 model_not_allowed`.
   *
   * Items: A model name, or a pattern with `*`.
   */
  models?: string[];
  /**
   * Model names that are replaced in the JSON bodies of requests to this upstream. The key is the exact name that clients send, or `"*"` for any; the value is the name that this upstream knows.
   */
  rename_models?: {
    /**
     * The model's name at this upstream.
     */
    [k: string]: string;
  };
}
