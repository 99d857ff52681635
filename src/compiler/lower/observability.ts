// Converts the settings of log, metrics and traces to those of the blueprint.

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

/** `undefined` where metrics are off. The token can be written as `sha256:…`, as a gateway token can. */
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
