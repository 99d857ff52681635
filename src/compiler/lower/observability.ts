// What is to be seen of the gateway? Sinks of the log, the metrics endpoint, the traces' collector.

import type { LoggingSpec, MetricsSpec, TracingSpec } from "../../plan/observability.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import { tokenSpec } from "./gateway-token.ts";

type Observability = CompleteConfig["observability"];

export function lowerLogging({ level, format, to_stdout, file }: Observability["logging"]): LoggingSpec {
  return {
    level,
    format,
    toStdout: to_stdout,
    file: file?.enabled
      ? { dir: file.dir, prefix: file.prefix, rotation: file.rotation, maxFiles: file.max_files }
      : undefined,
  };
}

/** Nothing where metrics are off. A token written as `sha256:…` is its own digest, as a gateway token's is. */
export function lowerMetrics({ enabled, path, token }: Observability["metrics"]): MetricsSpec | undefined {
  return enabled && token !== undefined ? { path, tokenDigest: tokenSpec(token).digest } : undefined;
}

export function lowerTracing({ enabled, sample_ratio, otlp }: Observability["tracing"]): TracingSpec | undefined {
  if (!enabled) return undefined;
  return {
    sampleRatio: sample_ratio,
    otlp: otlp && { endpoint: otlp.endpoint, protocol: otlp.protocol, timeoutMs: otlp.timeout_ms },
  };
}
