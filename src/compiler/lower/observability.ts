// Converts the settings of log, metrics and traces to those of the blueprint.

import type { LogFileSpec, LoggingSpec, MetricsSpec, TracingSpec } from "../../plan/observability.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import { readAddress } from "./address.ts";
import { tokenSpec } from "./gateway-token.ts";

type Observability = CompleteConfig["observability"];

export function lowerLogging({ level, format, to_stdout, file }: Observability["logging"]): LoggingSpec {
  return {
    level,
    format,
    toStdout: to_stdout,
    file: file?.enabled ? lowerLogFile(file) : undefined,
  };
}

type LogFile = NonNullable<Observability["logging"]["file"]>;

function lowerLogFile({ dir, prefix, rotation, max_size_mb, max_files }: LogFile): LogFileSpec {
  const maxBytes = max_size_mb === undefined ? undefined : max_size_mb * 1_048_576;
  return { dir, prefix, rotation, maxBytes, maxFiles: max_files };
}

/** `undefined` where metrics are off. The token can be written as `sha256:…`, as a gateway token can. */
export function lowerMetrics({ enabled, path, token, listen }: Observability["metrics"]): MetricsSpec | undefined {
  if (!enabled || token === undefined) return undefined;
  return { path, tokenDigest: tokenSpec(token).digest, listen: listen === undefined ? undefined : readAddress(listen) };
}

export function lowerTracing({ enabled, sample_ratio, otlp }: Observability["tracing"]): TracingSpec | undefined {
  if (!enabled) return undefined;
  return {
    sampleRatio: sample_ratio,
    otlp: otlp && { endpoint: otlp.endpoint, protocol: otlp.protocol, timeoutMs: otlp.timeout_ms },
  };
}
