// Describes the log, the metrics and the traces of a gateway. Data only.

import type { Digest } from "./secret.ts";

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

export interface LogFileSpec {
  readonly dir: string;
  /** How the file names start. */
  readonly prefix: string;
  readonly rotation: "minutely" | "hourly" | "daily" | "never";
  /** A new file is started when the current one would grow larger than this, bytes; `undefined`: any size. */
  readonly maxBytes: number | undefined;
  /** How many files are kept, the one written to included. */
  readonly maxFiles: number;
}

/** At least one sink: standard output, a file, or both. */
export interface LoggingSpec {
  readonly level: LogLevel;
  readonly format: "json" | "text";
  readonly toStdout: boolean;
  readonly file: LogFileSpec | undefined;
}

export interface MetricsSpec {
  /** The path that Prometheus reads; the summary and the dashboard are below it. */
  readonly path: string;
  /** Of the metrics token. */
  readonly tokenDigest: Digest;
  /** A separate address: metrics, summary and dashboard are served there and nowhere else. */
  readonly listen: { readonly host: string; readonly port: number } | undefined;
}

export interface OtlpSpec {
  readonly endpoint: string;
  readonly protocol: "grpc" | "http";
  /** Longest time of one export, and of the last flush, ms. */
  readonly timeoutMs: number;
}

export interface TracingSpec {
  /** Share of the exchanges without a sampled parent that are traced, 0 to 1. */
  readonly sampleRatio: number;
  /** Where spans are sent; without it they are made and forwarded to upstreams, but exported nowhere. */
  readonly otlp: OtlpSpec | undefined;
}
