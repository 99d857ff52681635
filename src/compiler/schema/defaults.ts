// Fills in the default of each key that is not written. A test compares these defaults with those of the schema.

import type {
  Client,
  Concurrency,
  Config,
  ConfigTest,
  Cooldown,
  Cors,
  Downstream,
  DrainLimit,
  Errors,
  GatewayAuth,
  InboundTls,
  Ledger,
  LogFile,
  Logging,
  Metrics,
  Models,
  Otlp,
  PoolUpstream,
  Queue,
  RateLimit,
  Redis,
  Reload,
  Retry,
  Route,
  Shutdown,
  State,
  TokenSource,
  Tracing,
  Upstream,
  UpstreamDefaults,
  UpstreamUsage,
  Usage,
} from "./config.generated.ts";

/** An object with these of its optional keys present. */
type With<T, K extends keyof T> = Omit<T, K> & { readonly [P in K]-?: NonNullable<T[P]> };

export type CompleteRetry = With<Retry, Exclude<keyof Retry, "attempt_timeout_ms">>;

export type CompleteUpstream = With<
  Omit<Upstream, "retry" | "usage" | "drain_limit">,
  | "strip_prefix"
  | "connect_timeout_ms"
  | "request_timeout_ms"
  | "stream_idle_timeout_ms"
  | "stream_types"
  | "inject_headers"
  | "inject_query"
  | "remove_headers"
  | "forward_xff"
  | "on_client_abort"
  | "websocket"
> & {
  readonly retry?: CompleteRetry;
  readonly usage: Required<UpstreamUsage>;
  readonly drain_limit: Required<DrainLimit>;
};

/** The keys that only an upstream of a pool has. */
export type PoolKeys = Pick<PoolUpstream, "weight" | "models" | "rename_models">;

/** Where a key of an upstream is written: in its item of `upstreams`, in the route's `upstream`, or in `upstream_defaults`. */
export type KeySource = "item" | "route" | "defaults";

/** One upstream of a route, with the keys that it shares with others. */
export interface CompleteMember {
  /** `undefined` for the upstream of a route without a pool. */
  readonly id: string | undefined;
  readonly upstream: CompleteUpstream & PoolKeys;
  /** Where each key is written that does not come from this upstream's own mapping or is a default. */
  readonly sources: ReadonlyMap<string, KeySource>;
}

export type CompleteRoute = Omit<Route, "upstream" | "upstreams" | "balance" | "cooldown"> &
  Required<Pick<Route, "balance">> & {
    /** The keys that belong to the route as a whole, such as `retry`, are the same in all of them. At least one. */
    readonly members: readonly CompleteMember[];
    /** The route has a list of `upstreams`, even if that has only one item. */
    readonly pooled: boolean;
    readonly cooldown: Required<Cooldown>;
    /** The keys of the route's upstreams that come from `upstream_defaults`. */
    readonly inherited: ReadonlySet<string>;
  };

type CompleteLogFile = With<LogFile, Exclude<keyof LogFile, "max_size_mb">>;

export type CompleteClient = With<Client, "enabled">;

export type CompleteUsage = Required<Omit<Usage, "ledger">> & { readonly ledger: Required<Ledger> };

export interface CompleteConfig {
  readonly listen: string;
  readonly gateway_auth: {
    readonly tokens: readonly string[];
    readonly token_sources: readonly TokenSource[];
    readonly clients: readonly CompleteClient[];
  };
  readonly routes: readonly CompleteRoute[];
  readonly inbound_tls?: With<InboundTls, "self_signed_cert_path" | "self_signed_key_path">;
  readonly cors: With<Cors, Exclude<keyof Cors, "max_age_s">>;
  readonly rate_limit: RateLimit;
  readonly concurrency: Omit<Concurrency, "queue"> & { readonly queue?: Required<Queue> };
  readonly models: Required<Models>;
  readonly usage: CompleteUsage;
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
  readonly state: { readonly redis?: Required<Redis> };
  readonly workers: number | "auto";
}

/** The config with all defaults filled in. */
export function complete(config: Config): CompleteConfig {
  const { inbound_tls, concurrency } = config;
  return {
    listen: config.listen,
    gateway_auth: completeAuth(config.gateway_auth),
    routes: config.routes.map((route) => completeRoute(route, config.upstream_defaults ?? {})),
    ...(inbound_tls && { inbound_tls: { ...SELF_SIGNED, ...inbound_tls } }),
    cors: { ...CORS, ...config.cors },
    rate_limit: { ...config.rate_limit },
    concurrency: completeConcurrency(concurrency ?? {}),
    models: { scan_bytes: 1_048_576, ...config.models },
    usage: completeUsage(config.usage ?? {}),
    downstream: { send_timeout_ms: 60_000, ...config.downstream },
    observability: completeObservability(config.observability ?? {}),
    tests: config.tests ?? [],
    errors: { format: "plain", ...config.errors },
    reload: { watch: false, ...config.reload },
    shutdown: { grace_ms: 0, drain_timeout_ms: 30_000, ...config.shutdown },
    state: completeState(config.state ?? {}),
    workers: config.workers ?? 1,
  };
}

function completeAuth({ clients = [], ...auth }: GatewayAuth): CompleteConfig["gateway_auth"] {
  return {
    tokens: [],
    token_sources: [{ type: "authorization_bearer" }],
    ...auth,
    clients: clients.map((client) => ({ enabled: true, ...client })),
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

function completeRoute(route: Route, defaults: UpstreamDefaults): CompleteRoute {
  const { upstream: shared = {}, upstreams, ...rest } = route;
  const items: readonly Partial<PoolUpstream>[] = upstreams ?? [{}];
  const members = items.map((item) => completeMember(item, shared, defaults, items.length));
  const inherited = new Set(
    Object.keys(defaults).filter((key) => members.some(({ sources }) => sources.get(key) === "defaults")),
  );
  return {
    balance: "in_order",
    ...rest,
    cooldown: { after_failures: 3, ms: 30_000, max_ms: 300_000, ...route.cooldown },
    members,
    pooled: upstreams !== undefined,
    inherited,
  };
}

/** A key that an item sets replaces the whole value of the route's `upstream`, and that one the whole default. */
function completeMember(
  { id, ...item }: Partial<PoolUpstream>,
  shared: Upstream,
  defaults: UpstreamDefaults,
  poolSize: number,
): CompleteMember {
  const sources = new Map<string, KeySource>();
  for (const key of Object.keys(defaults)) sources.set(key, "defaults");
  for (const key of Object.keys(shared)) sources.set(key, "route");
  for (const key of Object.keys(item)) sources.set(key, "item");
  return { id, upstream: completeUpstream({ ...defaults, ...shared, ...item }, poolSize), sources };
}

function completeUpstream(upstream: Upstream & PoolKeys, poolSize: number): CompleteUpstream & PoolKeys {
  const { retry, usage, drain_limit, ...rest } = upstream;
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
    on_client_abort: "cancel",
    websocket: false,
    ...rest,
    usage: { form: "auto", ask: false, ...usage },
    drain_limit: { timeout_ms: 60_000, max_bytes: 16_777_216, ...drain_limit },
    ...((retry !== undefined || poolSize > 1) && { retry: { ...retryDefaults(poolSize), ...retry } }),
  };
}

/** A pool with more than one upstream retries without being told to: at another one, a refused key is no reason to give up. */
function retryDefaults(poolSize: number): CompleteRetry {
  return {
    max_attempts: poolSize > 1 ? Math.min(poolSize, MAX_ATTEMPTS) : 3,
    retry_on: ["connect_error", "429", "503", "529", ...(poolSize > 1 ? (["401", "402", "quota"] as const) : [])],
    max_body_bytes: 1_048_576,
    backoff_ms: 200,
    max_backoff_ms: 5000,
    tell_clients: false,
  };
}

/** As many as the schema allows. */
const MAX_ATTEMPTS = 5;

function completeUsage({ ledger, ...usage }: Usage): CompleteUsage {
  return {
    enabled: false,
    prices: [],
    unknown_charge: "estimate",
    unpriced: "deny",
    ...usage,
    ledger: { dir: "usage", keep_days: 400, ...ledger },
  };
}

function completeState({ redis }: State): CompleteConfig["state"] {
  return redis === undefined ? {} : { redis: { ...REDIS, ...redis } };
}

const REDIS: Omit<Required<Redis>, "url"> = { key_prefix: "ai-gw-lite:", timeout_ms: 100, on_failure: "local" };

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
