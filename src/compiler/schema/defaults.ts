// Fills in the default of each key that is not written. A test compares these defaults with those of the schema.

import type {
  Concurrency,
  Config,
  ConfigTest,
  Cors,
  Downstream,
  Errors,
  InboundTls,
  LogFile,
  Logging,
  Metrics,
  Otlp,
  Queue,
  RateLimit,
  Reload,
  Retry,
  Route,
  Shutdown,
  TokenSource,
  Tracing,
  Upstream,
  UpstreamDefaults,
} from "./config.generated.ts";

/** An object with these of its optional keys present. */
type With<T, K extends keyof T> = Omit<T, K> & { readonly [P in K]-?: NonNullable<T[P]> };

export type CompleteRetry = Required<Omit<Retry, "attempt_timeout_ms">> & Pick<Retry, "attempt_timeout_ms">;

export type CompleteUpstream = With<
  Omit<Upstream, "retry">,
  | "strip_prefix"
  | "connect_timeout_ms"
  | "request_timeout_ms"
  | "stream_idle_timeout_ms"
  | "stream_types"
  | "inject_headers"
  | "inject_query"
  | "remove_headers"
  | "forward_xff"
> & { readonly retry?: CompleteRetry };

export type CompleteRoute = Omit<Route, "upstream"> & {
  readonly upstream: CompleteUpstream;
  /** The keys of the upstream that come from `upstream_defaults`. */
  readonly inherited: ReadonlySet<string>;
};

type CompleteLogFile = With<LogFile, Exclude<keyof LogFile, "max_size_mb">>;

export interface CompleteConfig {
  readonly listen: string;
  readonly gateway_auth: { readonly tokens: readonly string[]; readonly token_sources: readonly TokenSource[] };
  readonly routes: readonly CompleteRoute[];
  readonly inbound_tls?: With<InboundTls, "self_signed_cert_path" | "self_signed_key_path">;
  readonly cors: With<Cors, Exclude<keyof Cors, "max_age_s">>;
  readonly rate_limit: RateLimit;
  readonly concurrency: Omit<Concurrency, "queue"> & { readonly queue?: Required<Queue> };
  readonly downstream: Required<Downstream>;
  readonly observability: {
    readonly logging: Required<Omit<Logging, "file">> & { readonly file?: CompleteLogFile };
    readonly metrics: With<Metrics, "enabled" | "path">;
    readonly tracing: With<Omit<Tracing, "otlp">, "enabled" | "sample_ratio"> & { readonly otlp?: Required<Otlp> };
  };
  readonly tests: readonly ConfigTest[];
  readonly errors: Required<Errors>;
  readonly reload: Required<Reload>;
  readonly shutdown: Required<Shutdown>;
}

/** The config with all defaults filled in. */
export function complete(config: Config): CompleteConfig {
  const { inbound_tls, concurrency } = config;
  return {
    listen: config.listen,
    gateway_auth: { token_sources: [{ type: "authorization_bearer" }], ...config.gateway_auth },
    routes: config.routes.map((route) => completeRoute(route, config.upstream_defaults ?? {})),
    ...(inbound_tls && { inbound_tls: { ...SELF_SIGNED, ...inbound_tls } }),
    cors: { ...CORS, ...config.cors },
    rate_limit: { ...config.rate_limit },
    concurrency: completeConcurrency(concurrency ?? {}),
    downstream: { send_timeout_ms: 60_000, ...config.downstream },
    observability: completeObservability(config.observability ?? {}),
    tests: config.tests ?? [],
    errors: { format: "plain", ...config.errors },
    reload: { watch: false, ...config.reload },
    shutdown: { grace_ms: 0, drain_timeout_ms: 30_000, ...config.shutdown },
  };
}

const SELF_SIGNED = {
  self_signed_cert_path: "certs/gateway-selfsigned.crt",
  self_signed_key_path: "certs/gateway-selfsigned.key",
};

const CORS: CompleteConfig["cors"] = {
  enabled: false,
  allow_origins: [],
  allow_headers: [],
  allow_methods: [],
  expose_headers: [],
  allow_credentials: false,
};

const STREAM_TYPES: readonly string[] = [
  "text/event-stream",
  "application/x-ndjson",
  "application/jsonl",
  "application/vnd.amazon.eventstream",
  "audio/*",
  "video/*",
  "application/octet-stream",
];

/** A key that the route sets replaces the whole default. */
function completeRoute(route: Route, defaults: UpstreamDefaults): CompleteRoute {
  const inherited = new Set(Object.keys(defaults).filter((key) => !Object.hasOwn(route.upstream, key)));
  return { ...route, upstream: completeUpstream({ ...defaults, ...route.upstream }), inherited };
}

function completeUpstream(upstream: Upstream): CompleteUpstream {
  const { retry, ...rest } = upstream;
  return {
    strip_prefix: true,
    connect_timeout_ms: 10_000,
    request_timeout_ms: 60_000,
    stream_idle_timeout_ms: 300_000,
    stream_types: [...STREAM_TYPES],
    inject_headers: [],
    inject_query: [],
    remove_headers: [],
    forward_xff: false,
    ...rest,
    ...(retry && { retry: { ...RETRY, ...retry } }),
  };
}

const RETRY = {
  retry_on: ["connect_error"],
  max_body_bytes: 1_048_576,
  backoff_ms: 200,
  max_backoff_ms: 5000,
} satisfies Partial<Retry>;

function completeConcurrency({ queue, ...limits }: Concurrency): CompleteConfig["concurrency"] {
  return { ...limits, ...(queue && { queue: { max_waiting: 0, timeout_ms: 1000, ...queue } }) };
}

function completeObservability(observability: NonNullable<Config["observability"]>): CompleteConfig["observability"] {
  const { file, ...logging } = observability.logging ?? {};
  const { otlp, ...tracing } = observability.tracing ?? {};
  return {
    logging: {
      level: "info",
      format: "json",
      to_stdout: true,
      ...logging,
      ...(file && { file: { ...LOG_FILE, ...file } }),
    },
    metrics: { enabled: false, path: "/metrics", ...observability.metrics },
    tracing: {
      enabled: false,
      sample_ratio: 0.05,
      ...tracing,
      ...(otlp && { otlp: { protocol: "grpc", timeout_ms: 3000, ...otlp } }),
    },
  };
}

const LOG_FILE: CompleteLogFile = {
  enabled: true,
  dir: "logs",
  prefix: "ai-gw-lite",
  rotation: "daily",
  max_files: 7,
};
