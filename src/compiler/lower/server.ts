// Converts the settings of the server and of the process to those of the blueprint.

import type { ServerSpec, TlsSpec } from "../../plan/blueprint.ts";
import type { RedisSpec } from "../../plan/shared-state.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import { readAddress } from "./address.ts";
import { lowerLogging, lowerMetrics, lowerTracing } from "./observability.ts";
import { readRedisUrl } from "./redis-url.ts";
import { lowerLedger } from "./usage.ts";

export function lowerServer(config: CompleteConfig): ServerSpec {
  const { listen, inbound_tls, downstream, observability, shutdown, reload } = config;
  const address = readAddress(listen);
  if (address === undefined) throw new Error("a rule refuses a wrong listen address before this");
  return {
    listen: address,
    tls: inbound_tls && lowerTls(inbound_tls),
    sendTimeoutMs: downstream.send_timeout_ms,
    logging: lowerLogging(observability.logging),
    metrics: lowerMetrics(observability.metrics),
    tracing: lowerTracing(observability.tracing),
    ledger: lowerLedger(config.usage),
    shutdown: { graceMs: shutdown.grace_ms, drainTimeoutMs: shutdown.drain_timeout_ms },
    watch: reload.watch,
    redis: config.state.redis && lowerRedis(config.state.redis),
    workers: config.workers,
  };
}

function lowerRedis({
  url,
  key_prefix,
  timeout_ms,
  on_failure,
}: NonNullable<CompleteConfig["state"]["redis"]>): RedisSpec {
  const read = readRedisUrl(url);
  if (!read.ok) throw new Error("a rule refuses a wrong Redis URL before this");
  return { url: read.url, keyPrefix: key_prefix, timeoutMs: timeout_ms, onFailure: on_failure };
}

/** The given pair, or the self-signed one. */
export function lowerTls(tls: NonNullable<CompleteConfig["inbound_tls"]>): TlsSpec {
  const { cert_path, key_path, self_signed_cert_path, self_signed_key_path, client_ca_path: clientCaPath } = tls;
  return cert_path !== undefined && key_path !== undefined
    ? { certPath: cert_path, keyPath: key_path, selfSigned: false, clientCaPath }
    : { certPath: self_signed_cert_path, keyPath: self_signed_key_path, selfSigned: true, clientCaPath };
}
