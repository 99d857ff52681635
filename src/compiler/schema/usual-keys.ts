// Knows keys that people bring from other programs, such as `api_key` and `fallbacks`, and what does the same here.

import type { Path } from "../diagnostics/location.ts";
import { all, type Helps } from "./key-helps.ts";
import type { ObjectShape } from "./shape-types.ts";
import { REDIS_KEYS, STATE_KEYS, STATE_VALUES, TOP_STATE } from "./usual-state-keys.ts";
import {
  BUDGET_KEYS,
  CLIENT_RATE_USAGE,
  CLIENT_USAGE,
  DRAIN_KEYS,
  LEDGER_KEYS,
  PRICE_KEYS,
  RATE_USAGE,
  ROUTE_USAGE,
  TOP_USAGE,
  UPSTREAM_USAGE_KEYS,
  USAGE_KEYS,
  USAGE_VALUES,
} from "./usual-usage-keys.ts";

const INJECT_KEY = "the key of a provider is a header: write it below `inject_headers`, as `name` and `value`";
const INJECT = "write each header below `inject_headers`, as `name` and `value`";
const LISTEN = "write host and port as one value: `listen: 127.0.0.1:8080`";
const LEVEL = "write it as `level` below `observability.logging`";

const POOL = "write the upstreams of a pool as a list `upstreams` in the route, each with an `id`";
const FALLBACK = "a fallback is a further item of `upstreams` in the route: they are asked in their order";
const BALANCE = "write `balance:` in the route, beside `upstreams`: in_order, round_robin or least_inflight";
const RETRIES = "write `max_attempts` below `retry:` in `upstream`; it counts the first attempt too";
const COOLDOWN = "write `cooldown:` in the route, with after_failures, ms and max_ms below it";
const STICKY = "write `sticky:` in the route, with `by: client`, or `by: header` and `name`";
const RENAME =
  "write `rename_models:` in an item of `upstreams`, with the clients' name as key and the new one as value";
const MODELS = "write `models:` in an item of `upstreams`: it lists the models that this upstream takes";

const CLIENTS = "write each as an item of `clients` in `gateway_auth`, with an `id` and its `tokens`";
const CLIENT_ID = 'did you mean "id"? It names the client in the log and on the dashboard';
const CLIENT_TOKENS = 'did you mean "tokens"? It is a list';
const CLIENT_RATE = "write `rate_limit:`, and `per_minute:` indented below it";
const CLIENT_INFLIGHT = 'did you mean "max_inflight"?';
const CLIENT_EXPIRES = 'did you mean "expires_at"? It is a time, such as 2027-01-31T00:00:00Z';
const CLIENT_ROUTES = 'did you mean "routes"? It lists the ids of the routes that the client may use';
const CLIENT_MODELS = 'did you mean "models"? It lists the models that the client may use';
const CLIENT_SHUT = "write `enabled: false` to shut a client out";

/** Keys of retries and pools in a route or an upstream, as LiteLLM, Bifrost, Portkey, Envoy and nginx call them. */
const POOLS: Helps = {
  ...all(POOL, "targets", "servers", "backends", "endpoints", "providers", "deployments", "keys", "api_keys"),
  ...all(FALLBACK, "fallback", "fallbacks", "backup", "priority", "order"),
  ...all(BALANCE, "strategy", "routing_strategy", "load_balancing", "load_balance", "load_balancer", "lb_policy"),
  ...all(RETRIES, "num_retries", "max_retries", "retries", "retry_policy", "proxy_next_upstream"),
  ...all(COOLDOWN, "cooldown_time", "allowed_fails", "max_fails", "fail_timeout", "outlier_detection"),
  ...all(COOLDOWN, "circuit_breaker"),
  ...all(STICKY, "ip_hash", "session_affinity", "affinity", "hash", "sticky_session"),
  ...all(RENAME, "model_aliases", "model_alias", "model_mapping", "model_map", "model_name", "override_params"),
  ...ROUTE_USAGE,
  models: MODELS,
};

/** In an upstream, an item of `upstreams`, or `upstream_defaults`. */
const UPSTREAM: Helps = {
  ...POOLS,
  ...all(INJECT_KEY, "api_key", "key", "token", "auth", "authorization"),
  ...all(INJECT, "headers", "extra_headers"),
  ...all('did you mean "request_timeout_ms"?', "timeout", "timeout_ms", "request_timeout", "proxy_read_timeout"),
  ...all('did you mean "base_url"?', "api_base", "server", "url", "uri", "endpoint", "address", "host", "target"),
};

/** In a route. */
const ROUTE: Helps = {
  ...POOLS,
  ...all("write it in `upstream`, as `request_timeout_ms`", "timeout", "timeout_ms", "request_timeout"),
};

/** In `sticky`. */
const STICKY_KEYS: Helps = {
  ...all("write `by: header`, and its name as `name`", "header", "header_name", "key", "cookie"),
  client: "write `by: client`",
};

/** In `retry`. */
const RETRY: Helps = {
  ...all('did you mean "max_attempts"? It counts the first attempt too', "attempts", "tries", "num_retries"),
  ...all('did you mean "max_attempts"? It counts the first attempt too', "max_retries", "retries", "count"),
  ...all(
    'did you mean "retry_on"?',
    "on_status_codes",
    "status_codes",
    "retry_on_status_codes",
    "codes",
    "on",
    "statuses",
  ),
  ...all('did you mean "backoff_ms"?', "backoff", "initial_backoff", "delay", "delay_ms", "interval", "retry_after"),
  ...all('did you mean "attempt_timeout_ms"?', "timeout", "timeout_ms", "per_try_timeout"),
};

/** In `cooldown`. */
const COOLDOWN_KEYS: Helps = {
  ...all(
    'did you mean "ms"?',
    "time",
    "cooldown_time",
    "cooldown_ms",
    "duration",
    "seconds",
    "timeout",
    "base_ejection_time",
  ),
  ...all('did you mean "max_ms"?', "max_time", "max_ejection_time"),
  ...all('did you mean "after_failures"?', "allowed_fails", "max_fails", "failures", "threshold", "failure_threshold"),
  ...all('did you mean "after_failures"?', "consecutive_5xx"),
};

/** In `gateway_auth`, from LiteLLM, Portkey, Bifrost, Kong and others. */
const GATEWAY_AUTH: Helps = {
  ...all(CLIENTS, "virtual_keys", "virtual_key", "keys", "users", "consumers", "customers", "teams", "accounts"),
  ...all(CLIENTS, "applications", "projects", "tenants"),
  ...all('did you mean "tokens"? It is a list', "master_key", "admin_key", "key", "api_key", "api_keys", "auth_tokens"),
};

/** In an item of `clients`. */
const CLIENT: Helps = {
  ...all(CLIENT_ID, "name", "key_alias", "alias", "key_name", "user", "user_id", "username", "team", "team_id"),
  ...all(CLIENT_TOKENS, "key", "keys", "api_key", "api_keys", "virtual_key", "value", "secret", "password", "hash"),
  ...all(CLIENT_RATE, "rpm", "rpm_limit", "requests_per_minute", "per_minute", "rate_limits", "request_max_limit"),
  ...all(CLIENT_INFLIGHT, "max_parallel_requests", "max_concurrent_requests", "concurrency", "max_concurrency"),
  ...all(CLIENT_MODELS, "allowed_models", "model", "model_list", "models_allowed"),
  ...all(CLIENT_ROUTES, "allowed_routes", "route", "scopes", "scope", "permissions", "providers", "provider_configs"),
  ...all(
    CLIENT_EXPIRES,
    "expires",
    "expiry",
    "expiration",
    "expires_in",
    "expire_at",
    "valid_until",
    "duration",
    "ttl",
  ),
  ...all(CLIENT_SHUT, "blocked", "disabled", "active", "is_active", "status"),
  ...CLIENT_USAGE,
};

/** In `rate_limit`, at the top level or of a client. */
const RATE: Helps = {
  ...all('did you mean "per_minute"?', "rpm", "rpm_limit", "requests_per_minute", "requests", "limit"),
  ...all("limits count per minute: write `per_minute`", "per_second", "per_hour", "per_day", "rps"),
};

const RATE_LIMIT: Helps = { ...RATE, ...RATE_USAGE };
const CLIENT_RATE_LIMIT: Helps = { ...RATE, ...CLIENT_RATE_USAGE };

/** In `concurrency`. */
const CONCURRENCY: Helps = all('did you mean "downstream_max_inflight"?', "max_inflight", "max_parallel_requests");

/** At the top level. */
const TOP: Helps = {
  ...all(LISTEN, "host", "port"),
  ...all(LEVEL, "log_level", "level"),
  ...all(POOL, "model_list", "targets", "providers", "deployments"),
  ...all(FALLBACK, "fallbacks"),
  ...all(RETRIES, "num_retries", "max_retries", "retries"),
  ...all(BALANCE, "router_settings", "routing_strategy", "load_balancing", "strategy"),
  ...all(COOLDOWN, "cooldown_time", "allowed_fails"),
  ...all(CLIENTS, "clients", "virtual_keys", "users", "consumers", "customers", "teams", "governance"),
  ...TOP_USAGE,
  ...TOP_STATE,
};

/** Each list with a key that only the mapping has in which it applies. */
const LISTS: readonly (readonly [own: string, helps: Helps])[] = [
  ["gateway_auth", TOP],
  ["token_sources", GATEWAY_AUTH],
  ["expires_at", CLIENT],
  ["tokens_per_minute", CLIENT_RATE_LIMIT],
  ["per_minute", RATE_LIMIT],
  ["downstream_max_inflight", CONCURRENCY],
  ["inject_headers", UPSTREAM],
  ["max_attempts", RETRY],
  ["after_failures", COOLDOWN_KEYS],
  ["by", STICKY_KEYS],
  ["per", BUDGET_KEYS],
  ["unknown_charge", USAGE_KEYS],
  ["keep_days", LEDGER_KEYS],
  ["input_usd_per_mtok", PRICE_KEYS],
  ["ask", UPSTREAM_USAGE_KEYS],
  ["max_bytes", DRAIN_KEYS],
  ["redis", STATE_KEYS],
  ["on_failure", REDIS_KEYS],
  ["prefix", ROUTE],
];

/**
 * Says what does the same as an unknown key.
 * @param shape the mapping that the key is in
 * @returns the help of a finding; `undefined` for a key that is not in the lists
 */
export function usualKeyHelp({ keys }: ObjectShape, key: string): string | undefined {
  const helps = LISTS.find(([own]) => own in keys)?.[1] ?? {};
  return Object.hasOwn(helps, key) ? helps[key] : undefined;
}

const IN_ORDER = 'did you mean "in_order"? The others are asked when the first fails';
const ROUND_ROBIN = 'did you mean "round_robin"? It obeys the weights';
const LEAST = 'did you mean "least_inflight"?';

/** Values that people bring from other programs, by their key. */
const VALUES: Readonly<Record<string, Helps>> = {
  ...USAGE_VALUES,
  ...STATE_VALUES,
  balance: {
    ...all(IN_ORDER, "fallback", "failover", "priority", "first", "ordered"),
    ...all(ROUND_ROBIN, "weighted", "weighted_round_robin", "random", "simple-shuffle", "loadbalance", "single"),
    ...all(LEAST, "least_conn", "least_connections", "least_request", "least-busy", "least_busy", "least-connections"),
  },
  by: all("write `by: header`, and the header's name as `name`", "session", "cookie", "user", "session_id"),
  retry_on: {
    ...all(
      'write each status as an item of its own: "500", "502", "503", "504"',
      "5xx",
      "server_error",
      "gateway-error",
    ),
    ...all('did you mean "429"?', "rate_limit", "rate_limited", "ratelimit", "too_many_requests", "http_429"),
    ...all('did you mean "connect_error"?', "connect-failure", "connection_error", "network_error", "error"),
    ...all('did you mean "overloaded_event", or "503" and "529"?', "overloaded", "overloaded_error"),
  },
};

/** Says what means the same as a value that is not in the list of its key; `undefined` for a value that is not known. */
export function usualValueHelp(path: Path, value: string): string | undefined {
  const key = path.findLast((segment) => !/^\d+$/.test(String(segment)));
  const helps = VALUES[String(key)] ?? {};
  return Object.hasOwn(helps, value) ? helps[value] : undefined;
}
