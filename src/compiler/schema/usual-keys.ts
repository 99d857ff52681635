// Knows keys that people bring from other programs, such as `api_key` and `fallbacks`, and what does the same here.

import type { Path } from "../diagnostics/location.ts";
import type { ObjectShape } from "./shape-types.ts";

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

type Helps = Readonly<Record<string, string>>;

/** The same help for several keys. */
function all(help: string, ...keys: string[]): Helps {
  return Object.fromEntries(keys.map((key) => [key, help]));
}

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

/** At the top level. */
const TOP: Helps = {
  ...all(LISTEN, "host", "port"),
  ...all(LEVEL, "log_level", "level"),
  ...all(POOL, "model_list", "targets", "providers", "deployments"),
  ...all(FALLBACK, "fallbacks"),
  ...all(RETRIES, "num_retries", "max_retries", "retries"),
  ...all(BALANCE, "router_settings", "routing_strategy", "load_balancing", "strategy"),
  ...all(COOLDOWN, "cooldown_time", "allowed_fails"),
};

/** Each list with a key that only the mapping has in which it applies. */
const LISTS: readonly (readonly [own: string, helps: Helps])[] = [
  ["routes", TOP],
  ["inject_headers", UPSTREAM],
  ["max_attempts", RETRY],
  ["after_failures", COOLDOWN_KEYS],
  ["by", STICKY_KEYS],
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
