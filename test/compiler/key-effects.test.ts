// Checks that each key of the config has an effect: another value gives another blueprint. A key that is in the schema but is
// not lowered would be accepted and ignored.

import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { withRevealedSecrets } from "../../src/cli/serve/blueprint-diff.ts";
import { CONFIG_SHAPE } from "../../src/compiler/schema/shape.generated.ts";
import type { Shape } from "../../src/compiler/schema/shape-types.ts";
import { makePair } from "../support/certificates.ts";
import { compileText } from "./compiling.ts";

const pair = await makePair();
const files = { "a.crt": pair.cert, "a.key": pair.key, "b.crt": pair.cert, "b.key": pair.key };

/** The keys that an upstream of a pool has as well as its route's `upstream`, `base_url` aside. */
const OF_AN_UPSTREAM = {
  connect_timeout_ms: 1000,
  request_timeout_ms: 2000,
  first_byte_timeout_ms: 1500,
  stream_idle_timeout_ms: 3000,
  sse_keepalive_ms: 2500,
  inject_headers: [{ name: "authorization", value: "Bearer sk-one-0123456789" }],
  inject_query: [{ name: "api-version", value: "1" }],
  remove_headers: ["x-a"],
  user_agent: "one/1",
  forward_xff: false,
  proxy: { protocol: "http", address: "proxy.example:3128", username: "user", password: "pass" },
  tls: { ca_path: "a.crt", cert_path: "a.crt", key_path: "a.key", server_name: "one.internal" },
  upstream_key_max_inflight: 8,
};

/** The keys of `upstream` that say something about the whole route. */
const OF_A_ROUTE = {
  strip_prefix: true,
  stream_types: ["text/event-stream"],
  retry: {
    max_attempts: 2,
    retry_on: ["connect_error", "timeout"],
    max_body_bytes: 1000,
    backoff_ms: 10,
    max_backoff_ms: 100,
    attempt_timeout_ms: 1000,
    tell_clients: false,
  },
  usage: { form: "openai", ask: true },
  on_client_abort: "drain",
  drain_limit: { timeout_ms: 3500, max_bytes: 4000 },
  websocket: true,
};

/**
 * A config in which every key that can have an effect has one. Upstream "a" has each key itself, "b" has the shared ones, and the
 * upstream of route "two" has those of `upstream_defaults`.
 */
const CONFIG = {
  listen: "127.0.0.1:8080",
  gateway_auth: {
    tokens: ["token-of-a-client-1"],
    token_sources: [{ type: "header", name: "x-gw-token" }],
    clients: [
      {
        id: "alice",
        tokens: ["token-of-alice-0123"],
        enabled: true,
        expires_at: "2027-01-31T00:00:00Z",
        routes: ["two"],
        models: ["gpt-*"],
        rate_limit: { per_minute: 30, tokens_per_minute: 1000 },
        max_inflight: 4,
        budgets: [{ per: "day", usd: 5, tokens: 100_000 }],
      },
    ],
  },
  routes: [
    {
      id: "one",
      prefix: "/one",
      upstream: { base_url: "https://one.example/v1", ...OF_AN_UPSTREAM, ...OF_A_ROUTE },
      upstreams: [
        {
          id: "a",
          base_url: "https://a.example/v1",
          ...OF_AN_UPSTREAM,
          weight: 2,
          models: ["gpt-*"],
          rename_models: { "gpt-5": "five" },
        },
        { id: "b" },
      ],
      balance: "round_robin",
      sticky: { by: "header", name: "x-session-id" },
      cooldown: { after_failures: 2, ms: 1000, max_ms: 2000 },
    },
    {
      id: "two",
      prefix: "/two",
      upstream: { base_url: "https://two.example" },
    },
  ],
  upstream_defaults: { ...OF_AN_UPSTREAM, ...OF_A_ROUTE },
  models: { scan_bytes: 1000 },
  usage: {
    enabled: true,
    ledger: { dir: "usage", keep_days: 400 },
    prices: [
      {
        model: "gpt-*",
        input_usd_per_mtok: 1,
        output_usd_per_mtok: 8,
        cached_input_usd_per_mtok: 0.5,
        cache_write_usd_per_mtok: 1.25,
        cache_write_1h_usd_per_mtok: 2,
      },
    ],
    unknown_charge: "estimate",
    unpriced: "deny",
  },
  inbound_tls: { cert_path: "a.crt", key_path: "a.key", client_ca_path: "a.crt" },
  cors: {
    enabled: true,
    allow_origins: ["https://app.example"],
    allow_headers: ["x-a"],
    allow_methods: ["POST"],
    expose_headers: ["x-b"],
    allow_credentials: false,
    max_age_s: 600,
  },
  rate_limit: { per_minute: 60 },
  concurrency: {
    downstream_max_inflight: 100,
    upstream_per_key_max_inflight: 10,
    queue: { max_waiting: 5, timeout_ms: 500 },
  },
  downstream: { send_timeout_ms: 1000 },
  observability: {
    logging: {
      level: "info",
      format: "json",
      to_stdout: true,
      file: { enabled: true, dir: "logs", prefix: "one", rotation: "daily", max_size_mb: 1, max_files: 7 },
    },
    metrics: { enabled: true, path: "/metrics", token: "metrics-token-0123", listen: "127.0.0.1:9090" },
    tracing: {
      enabled: true,
      sample_ratio: 0.5,
      otlp: { endpoint: "http://127.0.0.1:4317", protocol: "grpc", timeout_ms: 3000 },
    },
  },
  errors: { format: "plain" },
  reload: { watch: false },
  shutdown: { grace_ms: 10, drain_timeout_ms: 1000 },
  state: {
    redis: { url: "redis://127.0.0.1:6379", key_prefix: "one:", timeout_ms: 100, on_failure: "local" },
  },
  workers: 2,
};

const SELF_SIGNED = { ...CONFIG, inbound_tls: { self_signed_cert_path: "c.crt", self_signed_key_path: "c.key" } };

/** Without a limit of its own in any upstream, the limit of the whole config has an effect. */
const SHARED_LIMIT = { ...CONFIG, upstream_defaults: { inject_headers: OF_AN_UPSTREAM.inject_headers } };

/** Without limits of clients that need usage, usage may be off. */
const WITHOUT_CLIENTS = {
  ...CONFIG,
  gateway_auth: { ...CONFIG.gateway_auth, clients: [] },
};

function configFor(key: string): unknown {
  if (key === "usage.enabled") return WITHOUT_CLIENTS;
  if (key.startsWith("inbound_tls.self_signed")) return SELF_SIGNED;
  return key === "concurrency.upstream_per_key_max_inflight" ? SHARED_LIMIT : CONFIG;
}

/** Of another kind, these have other keys, too: they take the place of the whole mapping. */
const WHOLE: Readonly<Record<string, unknown>> = {
  "gateway_auth.token_sources[].type": { type: "authorization_bearer" },
  "gateway_auth.token_sources[].prefix": { type: "websocket_protocol", prefix: "token." },
  "routes[].sticky.by": { by: "client" },
};

/** Another value for each key. Items of lists are the first ones. */
const OTHER_VALUES: Readonly<Record<string, unknown>> = {
  listen: "127.0.0.1:8081",
  "gateway_auth.tokens[]": "token-of-a-client-2",
  ...WHOLE,
  "gateway_auth.token_sources[].name": "x-other",
  "gateway_auth.clients[].id": "bob",
  "gateway_auth.clients[].tokens[]": "token-of-alice-4567",
  "gateway_auth.clients[].enabled": false,
  "gateway_auth.clients[].expires_at": "2027-01-31T00:00:01Z",
  "gateway_auth.clients[].routes[]": "one",
  "gateway_auth.clients[].models[]": "gpt-5*",
  "gateway_auth.clients[].rate_limit.per_minute": 31,
  "gateway_auth.clients[].rate_limit.tokens_per_minute": 1001,
  "gateway_auth.clients[].max_inflight": 5,
  "gateway_auth.clients[].budgets[].per": "week",
  "gateway_auth.clients[].budgets[].usd": 6,
  "gateway_auth.clients[].budgets[].tokens": 100_001,
  "routes[].id": "other",
  "routes[].prefix": "/other",
  "routes[].upstream.base_url": "https://one.example/v2",
  "routes[].upstream.strip_prefix": false,
  "routes[].upstream.connect_timeout_ms": 1001,
  "routes[].upstream.request_timeout_ms": 2001,
  "routes[].upstream.first_byte_timeout_ms": 1501,
  "routes[].upstream.stream_idle_timeout_ms": 3001,
  "routes[].upstream.stream_types[]": "audio/*",
  "routes[].upstream.sse_keepalive_ms": 2501,
  "routes[].upstream.retry.max_attempts": 3,
  "routes[].upstream.retry.retry_on[]": "503",
  "routes[].upstream.retry.max_body_bytes": 1001,
  "routes[].upstream.retry.backoff_ms": 11,
  "routes[].upstream.retry.max_backoff_ms": 101,
  "routes[].upstream.retry.attempt_timeout_ms": 1001,
  "routes[].upstream.retry.tell_clients": true,
  "routes[].upstream.usage.form": "anthropic",
  "routes[].upstream.usage.ask": false,
  "routes[].upstream.on_client_abort": "cancel",
  "routes[].upstream.drain_limit.timeout_ms": 3501,
  "routes[].upstream.drain_limit.max_bytes": 4001,
  "routes[].upstream.websocket": false,
  "routes[].upstreams[].id": "other",
  "routes[].upstreams[].weight": 3,
  "routes[].upstreams[].models[]": "o*",
  "routes[].upstreams[].rename_models": { "gpt-5": "six" },
  "routes[].balance": "least_inflight",
  "routes[].sticky.name": "x-other",
  "routes[].cooldown.after_failures": 3,
  "routes[].cooldown.ms": 1001,
  "routes[].cooldown.max_ms": 2001,
  "models.scan_bytes": 1001,
  "usage.enabled": false,
  "usage.ledger.dir": "other",
  "usage.ledger.keep_days": 401,
  "usage.prices[].model": "gpt-5*",
  "usage.prices[].input_usd_per_mtok": 1.5,
  "usage.prices[].output_usd_per_mtok": 8.5,
  "usage.prices[].cached_input_usd_per_mtok": 0.6,
  "usage.prices[].cache_write_usd_per_mtok": 1.5,
  "usage.prices[].cache_write_1h_usd_per_mtok": 2.5,
  "usage.unknown_charge": "none",
  "usage.unpriced": "allow",
  "routes[].upstream.inject_query[].name": "other",
  "routes[].upstream.inject_query[].value": "2",
  "routes[].upstream.tls.ca_path": "b.crt",
  "routes[].upstream.tls.cert_path": "b.crt",
  "routes[].upstream.tls.key_path": "b.key",
  "routes[].upstream.tls.server_name": "other.internal",
  "routes[].upstream.proxy": "socks://proxy.example:1080",
  "routes[].upstream.inject_headers[].name": "x-api-key",
  "routes[].upstream.inject_headers[].value": "Bearer sk-other-0123456789",
  "routes[].upstream.remove_headers[]": "x-b",
  "routes[].upstream.user_agent": "other/1",
  "routes[].upstream.forward_xff": true,
  "routes[].upstream.proxy.protocol": "socks",
  "routes[].upstream.proxy.address": "other.example:3128",
  "routes[].upstream.proxy.username": "other",
  "routes[].upstream.proxy.password": "other",
  "routes[].upstream.upstream_key_max_inflight": 9,
  "inbound_tls.client_ca_path": "b.crt",
  "inbound_tls.cert_path": "b.crt",
  "inbound_tls.key_path": "b.key",
  "inbound_tls.self_signed_cert_path": "d.crt",
  "inbound_tls.self_signed_key_path": "d.key",
  "cors.enabled": false,
  "cors.allow_origins[]": "https://other.example",
  "cors.allow_headers[]": "x-other",
  "cors.allow_methods[]": "PUT",
  "cors.expose_headers[]": "x-other",
  "cors.allow_credentials": true,
  "cors.max_age_s": 601,
  "downstream.send_timeout_ms": 1001,
  "observability.logging.file.max_size_mb": 2,
  "observability.metrics.listen": "127.0.0.1:9091",
  "rate_limit.per_minute": 61,
  "concurrency.downstream_max_inflight": 101,
  "concurrency.upstream_per_key_max_inflight": 11,
  "concurrency.queue.max_waiting": 6,
  "concurrency.queue.timeout_ms": 501,
  "observability.logging.level": "debug",
  "observability.logging.format": "text",
  "observability.logging.to_stdout": false,
  "observability.logging.file.enabled": false,
  "observability.logging.file.dir": "other",
  "observability.logging.file.prefix": "other",
  "observability.logging.file.rotation": "hourly",
  "observability.logging.file.max_files": 8,
  "observability.metrics.enabled": false,
  "observability.metrics.path": "/other",
  "observability.metrics.token": "other-token-0123",
  "observability.tracing.enabled": false,
  "observability.tracing.sample_ratio": 0.6,
  "observability.tracing.otlp.endpoint": "http://127.0.0.1:4318",
  "observability.tracing.otlp.protocol": "http",
  "observability.tracing.otlp.timeout_ms": 3001,
  "errors.format": "openai",
  "reload.watch": true,
  "shutdown.grace_ms": 11,
  "shutdown.drain_timeout_ms": 1001,
  "state.redis.url": "redis://127.0.0.1:6380",
  "state.redis.key_prefix": "other:",
  "state.redis.timeout_ms": 101,
  "state.redis.on_failure": "closed",
  workers: "auto",
};

/** Keys that are not lowered: `check` runs the tests. */
const NOT_LOWERED = /^tests\[\]\./;

/** The name of the key by which its other value is found: `upstream_defaults` and `upstreams` have the keys of an upstream. */
function nameInTable(key: string): string {
  const ofUpstream = key.replace(/^(?:upstream_defaults|routes\[\]\.upstreams\[\])\./, "routes[].upstream.");
  return ofUpstream in OTHER_VALUES ? ofUpstream : key;
}

/** Every key that holds no other keys, as `routes[].upstream.base_url`. */
function leaves(shape: Shape, path = ""): string[] {
  if (shape.kind === "list") return leaves(shape.items, `${path}[]`);
  if (shape.kind !== "object") return [path];
  const inside = Object.entries(shape.keys).flatMap(([key, inner]) =>
    leaves(inner, path === "" ? key : `${path}.${key}`),
  );
  return shape.text === undefined ? inside : [path, ...inside];
}

/** A copy with another value at a path. */
function withValue(config: unknown, path: readonly string[], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(config)) return config.map((item, i) => (i === 0 ? withValue(item, rest, value) : item));
  const object = config as Readonly<Record<string, unknown>>;
  return { ...object, [step]: withValue(object[step], rest, value) };
}

/** The blueprint of a config, its secrets revealed, to be compared. */
function blueprintOf(config: unknown): unknown {
  const result = compileText(JSON.stringify(config), { files });
  if (!result.ok) throw new Error(result.diagnostics.map(({ code, path }) => `${code} ${path}`).join("\n"));
  return withoutIdentities(withRevealedSecrets(result.value));
}

/** A hash of several keys changes with each of them. That is not the effect that is meant. */
function withoutIdentities(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(withoutIdentities);
  if (typeof data !== "object" || data === null) return data;
  const kept = Object.entries(data).filter(([key]) => key !== "identity");
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutIdentities(value)]));
}

describe("each key", () => {
  const keys = leaves(CONFIG_SHAPE).filter((key) => !NOT_LOWERED.test(key));

  test("has another value here", () => {
    expect(Object.keys(OTHER_VALUES).sort()).toEqual([...new Set(keys.map(nameInTable))].sort());
  });

  test.each(keys)("%s changes the blueprint", (key) => {
    const config = configFor(key);
    const path = key.replaceAll("[]", ".[]").split(".");
    const changed = withValue(config, key in WHOLE ? path.slice(0, -1) : path, OTHER_VALUES[nameInTable(key)]);
    expect(isDeepStrictEqual(blueprintOf(changed), blueprintOf(config)), `${key} has no effect`).toBe(false);
  });
});
