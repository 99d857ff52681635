// biome-ignore-all lint: generated
// biome-ignore-all format: generated
// biome-ignore-all assist: generated
// Generated from schema/config.schema.json by `npm run gen`. Never edited.

/**
 * The config file of AI Gateway Lite.
 */
export interface Config {
  /**
   * Where the gateway listens: `host:port` with an IPv4 address, an `[IPv6]` address or a host name. Port 0 takes a free one.
   */
  listen: string;
  gateway_auth: GatewayAuth;
  /**
   * The routes.
   *
   * @minItems 1
   */
  routes: Route[];
  inbound_tls?: InboundTls;
  cors?: Cors;
  rate_limit?: RateLimit;
  concurrency?: Concurrency;
  observability?: Observability;
  /**
   * Regression tests of the config itself, run by `check`.
   */
  tests?: ConfigTest[];
  errors?: Errors;
  reload?: Reload;
  shutdown?: Shutdown;
}
/**
 * Who may use the gateway: the tokens that clients show, and where they show them.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "gatewayAuth".
 */
export interface GatewayAuth {
  /**
   * The gateway tokens. `sha256:` and 64 hex digits stand for a token by its SHA-256, so that the file holds none.
   *
   * @minItems 1
   *
   * Items: A gateway token.
   */
  tokens: string[];
  /**
   * Where a token is looked for, tried in order; the first that yields a value decides.
   *
   * @minItems 1
   */
  token_sources?: TokenSource[];
}
/**
 * One place where a token is looked for.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "tokenSource".
 */
export interface TokenSource {
  /**
   * `authorization_bearer` reads `authorization: Bearer …`; `header` reads the header called `name`.
   */
  type: "authorization_bearer" | "header";
  /**
   * The header that holds the token. Needed with `type: header`.
   */
  name?: string;
}
/**
 * A path prefix and the upstream that takes its requests.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "route".
 */
export interface Route {
  /**
   * The name of the route in logs, metrics and diagnostics. Unique.
   */
  id: string;
  /**
   * The path prefix, matched on segment boundaries: `/openai` takes `/openai` and `/openai/…`, never `/openai2`. The longest match wins; `/` takes all. Unique.
   */
  prefix: string;
  upstream: Upstream;
}
/**
 * Where the requests of a route go, and how they are changed on the way.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "upstream".
 */
export interface Upstream {
  /**
   * The absolute `http` or `https` URL in front of the rest of the path. No query, fragment or credentials.
   */
  base_url: string;
  /**
   * Take the route's prefix off the path before it is appended to `base_url`.
   */
  strip_prefix?: boolean;
  /**
   * Bounds DNS, TCP and TLS together, in ms.
   */
  connect_timeout_ms?: number;
  /**
   * Bounds the time from the start of the upstream attempt to the last body byte, in ms; for SSE only to the response head.
   */
  request_timeout_ms?: number;
  /**
   * SSE only: the longest silence, in ms; 0 = none.
   */
  stream_idle_timeout_ms?: number;
  /**
   * Headers the gateway sets on the way upstream, each replacing all of that name. The upstream key goes here.
   */
  inject_headers?: InjectHeader[];
  /**
   * Headers dropped on the way upstream. Names are case-insensitive.
   *
   * Items: A header name.
   */
  remove_headers?: string[];
  /**
   * Overrides the client's `user-agent`.
   */
  user_agent?: string;
  /**
   * Keep `x-forwarded-*`, `forwarded`, `x-real-ip` and their like, and append the client's address to `x-forwarded-for`. Otherwise they are dropped.
   */
  forward_xff?: boolean;
  proxy?: Proxy;
  /**
   * How many requests per upstream key may be in flight on this route. Overrides `concurrency.upstream_per_key_max_inflight`.
   */
  upstream_key_max_inflight?: number;
  retry?: Retry;
}
/**
 * A header the gateway sets.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "injectHeader".
 */
export interface InjectHeader {
  /**
   * The header's name.
   */
  name: string;
  /**
   * The header's value. A secret: it is shown nowhere.
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
   * How to speak to the proxy. `socks` resolves names at the proxy.
   */
  protocol: "http" | "https" | "socks";
  /**
   * The proxy's `host:port`.
   */
  address: string;
  /**
   * The user name; together with `password` or not at all.
   */
  username?: string;
  /**
   * The password; together with `username` or not at all.
   */
  password?: string;
}
/**
 * Whether and when a failed attempt is made again, before any byte of the response went downstream.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "retry".
 */
export interface Retry {
  /**
   * The most attempts for one request, the first included.
   */
  max_attempts: number;
  /**
   * What makes an attempt worth repeating. `timeout` means `attempt_timeout_ms` and the connect timeout.
   *
   * Items: A failure or an upstream status.
   */
  retry_on?: ("connect_error" | "reset" | "timeout" | "429" | "502" | "503" | "504")[];
  /**
   * A request body up to this size is kept for replay; one that outgrows it is not retried once sent.
   */
  max_body_bytes?: number;
  /**
   * The first upper bound of the random wait before the next attempt, in ms; it doubles each time.
   */
  backoff_ms?: number;
  /**
   * The highest upper bound of a wait, in ms. A longer `retry-after` of the upstream is passed on instead.
   */
  max_backoff_ms?: number;
  /**
   * Bounds one attempt's time to its response head, in ms.
   */
  attempt_timeout_ms?: number;
}
/**
 * TLS for clients. Without `cert_path` and `key_path` a self-signed pair is loaded, or made.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "inboundTls".
 */
export interface InboundTls {
  /**
   * The certificate chain, PEM; together with `key_path` or not at all.
   */
  cert_path?: string;
  /**
   * The private key, PEM; together with `cert_path` or not at all.
   */
  key_path?: string;
  /**
   * Where the self-signed certificate is kept.
   */
  self_signed_cert_path?: string;
  /**
   * Where the key of the self-signed certificate is kept.
   */
  self_signed_key_path?: string;
}
/**
 * Cross-origin requests from browsers.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "cors".
 */
export interface Cors {
  /**
   * Answer preflights and set the CORS headers.
   */
  enabled?: boolean;
  /**
   * Origins that may call; `*` means all. An entry without a scheme matches the origin's host and port.
   *
   * Items: An origin.
   */
  allow_origins?: string[];
  /**
   * Request headers to allow besides those a preflight asks for.
   *
   * Items: A header name.
   */
  allow_headers?: string[];
  /**
   * Methods to allow besides the one a preflight asks for.
   *
   * Items: A method.
   */
  allow_methods?: string[];
  /**
   * Response headers a page may read.
   *
   * Items: A header name.
   */
  expose_headers?: string[];
}
/**
 * How many requests a token may make.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "rateLimit".
 */
export interface RateLimit {
  /**
   * Requests per minute, per token and route, counted on the clock's minute.
   */
  per_minute?: number;
}
/**
 * How many requests may be in flight. A request is in flight until the last byte of its response.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "concurrency".
 */
export interface Concurrency {
  /**
   * For the whole gateway.
   */
  downstream_max_inflight?: number;
  /**
   * Per route and upstream key.
   */
  upstream_per_key_max_inflight?: number;
  queue?: Queue;
}
/**
 * Lets requests wait for an upstream place instead of refusing them at once.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "queue".
 */
export interface Queue {
  /**
   * How many requests per upstream key may wait, first come first served.
   */
  max_waiting?: number;
  /**
   * The longest wait, in ms.
   */
  timeout_ms?: number;
}
/**
 * Logs, metrics and traces.
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
 * What is logged, and where to. At least one sink.
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
   * Log to standard output.
   */
  to_stdout?: boolean;
  file?: LogFile;
}
/**
 * Log to files, rotated.
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
   * The folder.
   */
  dir?: string;
  /**
   * How the file names start.
   */
  prefix?: string;
  /**
   * When a new file is begun.
   */
  rotation?: "minutely" | "hourly" | "daily" | "never";
  /**
   * How many files are kept.
   */
  max_files?: number;
}
/**
 * Prometheus metrics, a JSON summary and a page.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "metrics".
 */
export interface Metrics {
  /**
   * Serve them.
   */
  enabled?: boolean;
  /**
   * Where Prometheus scrapes; the page is at `{path}/ui`, the summary at `{path}/summary`.
   */
  path?: string;
  /**
   * What a scraper shows as a bearer token. Required when enabled. A secret.
   */
  token?: string;
}
/**
 * OpenTelemetry traces.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "tracing".
 */
export interface Tracing {
  /**
   * Make and export spans.
   */
  enabled?: boolean;
  /**
   * The share of exchanges that are traced, from 0 to 1.
   */
  sample_ratio?: number;
  otlp?: Otlp;
}
/**
 * The collector that takes the spans.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "otlp".
 */
export interface Otlp {
  /**
   * The collector's URL.
   */
  endpoint: string;
  /**
   * How to speak to it.
   */
  protocol?: "grpc" | "http";
  /**
   * The longest export, in ms.
   */
  timeout_ms?: number;
}
/**
 * A request that `check` dry-runs through the compiled config, and what must come of it.
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
 * The request of a test. Without a token of its own it carries none.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "testRequest".
 */
export interface TestRequest {
  /**
   * The method.
   */
  method: string;
  /**
   * The path, with a query or without.
   */
  path: string;
  /**
   * Request headers, by name.
   */
  headers?: {
    /**
     * A header's value. A secret.
     */
    [k: string]: string;
  };
}
/**
 * What must come of the request of a test: the route that takes it, or the status it is refused with.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "testExpect".
 */
export interface TestExpect {
  /**
   * The id of the route that must take it.
   */
  route?: string;
  /**
   * The status it must be refused with.
   */
  status?: number;
  /**
   * The URL it must be sent to.
   */
  upstream_url?: string;
  /**
   * Headers it must be sent with, by name.
   */
  upstream_headers?: {
    /**
     * A header's value. A secret.
     */
    [k: string]: string;
  };
  /**
   * Headers it must not be sent with.
   *
   * Items: A header name.
   */
  absent_headers?: string[];
}
/**
 * What the gateway's own error answers look like.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "errors".
 */
export interface Errors {
  /**
   * `plain` answers `{"error":"…"}`, `openai` and `anthropic` in the form of that SDK, `auto` in the form of the SDK that asks.
   */
  format?: "plain" | "openai" | "anthropic" | "auto";
}
/**
 * How a changed file is taken up.
 *
 * This interface was referenced by `Config`'s JSON-Schema
 * via the `definition` "reload".
 */
export interface Reload {
  /**
   * Reload when the file changes.
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
   * How long all goes on while `/readyz` already says 503, in ms: a balancer's lead time.
   */
  grace_ms?: number;
  /**
   * How long exchanges may take to finish after that, in ms.
   */
  drain_timeout_ms?: number;
}
