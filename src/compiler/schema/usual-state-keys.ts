// Knows keys of Redis and of workers that people bring from other programs, such as `redis_url` and `worker_processes`.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { all, type Helps } from "./key-helps.ts";

const REDIS = "write `state:` at the top level, `redis:` indented below it, and `url:` indented below that";
const URL = "write one URL: `url: redis://HOST:6379`";
const IN_URL = "it is part of the URL: `url: redis://HOST:6379/1`";
const PASSWORD = "user name and password are part of the URL: `url: redis://:${REDIS_PASSWORD}@HOST:6379`";
const TLS = "for TLS, write `rediss://` in `url`";
const ON_FAILURE = "write `on_failure:` local, closed or open";

/** At the top level. */
export const TOP_STATE: Helps = {
  ...all(REDIS, "redis", "redis_url", "redis_host", "redis_config", "valkey", "state_store", "shared_state", "store"),
  ...all(REDIS, "storage", "limits_store", "rate_limit_store", "redis_uri"),
  ...all('did you mean "workers"?', "num_workers", "worker", "worker_processes", "processes", "threads"),
  ...all('did you mean "workers"?', "instances", "worker_count", "cpus"),
};

/** In `state`. */
export const STATE_KEYS: Helps = {
  ...all("write `redis:`, and `url:` indented below it", "url", "host", "port", "type", "backend", "store", "valkey"),
  ...all("write `redis:`, and `url:` indented below it", "redis_url", "uri", "address", "redis_host", "driver"),
};

/** In `state.redis`. */
export const REDIS_KEYS: Helps = {
  ...all(URL, "host", "hostname", "server", "address", "addr", "uri", "dsn", "endpoint", "connection_string"),
  ...all(URL, "hosts", "nodes", "addresses", "servers", "redis_host"),
  ...all(IN_URL, "port", "db", "database", "redis_port"),
  ...all(PASSWORD, "password", "username", "user", "auth", "redis_password", "pass", "auth_token"),
  ...all(TLS, "tls", "ssl", "use_tls", "use_ssl"),
  ...all('did you mean "key_prefix"?', "prefix", "namespace", "redis_namespace", "key_namespace"),
  ...all('did you mean "timeout_ms"?', "timeout", "command_timeout", "socket_timeout", "connect_timeout"),
  ...all(ON_FAILURE, "fail_open", "fail_closed", "fallback", "on_error", "failure_mode", "failure_mode_deny"),
  ...all(ON_FAILURE, "fault_tolerant", "fallback_to_memory"),
};

/** Values of `on_failure` and `workers`. */
export const STATE_VALUES: Readonly<Record<string, Helps>> = {
  on_failure: {
    ...all('did you mean "local"?', "memory", "in_memory", "fallback", "degrade", "self"),
    ...all('did you mean "closed"?', "close", "deny", "block", "reject", "refuse", "fail_closed", "error", "fail"),
    ...all('did you mean "open"?', "allow", "pass", "ignore", "fail_open", "none"),
  },
  workers: all('did you mean "auto"?', "max", "all", "cpus", "cpu", "cores", "num_cpus", "Auto", "AUTO"),
};
