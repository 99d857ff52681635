// Who writes the log, and what may be in it? Pino's door. One `request completed` line per exchange (contract, section 11):
// never a query string, a header value, a body.

import { pino } from "pino";
import type { LogLevel } from "../../../plan/observability.ts";
import type { UnparsedRequest } from "../../exchange/observer.ts";
import type { ExchangeRecord } from "../../exchange/record.ts";

export type LogFields = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

export interface Log {
  completed(record: ExchangeRecord): void;
  unparsed(request: UnparsedRequest): void;
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** Writes out what is buffered before it returns: for a process that ends now. */
  flush(): void;
  /** Takes no more lines, and settles when all are written, or when a sink takes too long. */
  close(): Promise<void>;
}

/** Where lines go. Never throws. */
export interface LogSink {
  /** @param line with its line end */
  write(line: string): void;
  flush(): void;
  /** @param limitMs how long it may take */
  close(limitMs: number): Promise<void>;
}

/** How long the last lines may take to be written, ms. */
const CLOSE_MS = 2000;

export interface LogOptions {
  readonly level: LogLevel;
  readonly to: Pick<LogSink, "write"> & Partial<LogSink>;
}

export function createLog({ level, to }: LogOptions): Log {
  // In this thread, without a transport (hazard L1).
  const logger = pino(
    { level, base: null, timestamp: isoTime, formatters: { level: (label) => ({ level: label }) } },
    to,
  );
  return {
    completed(record) {
      const line = completedFields(record);
      logger[levelOf(line.status)](line, "request completed");
    },
    unparsed({ requestId, outcome, status }) {
      const fields = { request_id: requestId, method: null, route_id: null, path: null, outcome, status };
      logger[levelOf(status)](fields, "request completed");
    },
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    flush: () => to.flush?.(),
    close: async () => to.close?.(CLOSE_MS),
  };
}

function completedFields(record: ExchangeRecord) {
  return {
    request_id: record.id,
    method: record.method,
    route_id: record.route?.id ?? null,
    path: record.path,
    outcome: record.outcome,
    status: record.status,
    duration_ms: tenths(record.endedAt - record.startedAt),
    ttfb_ms: record.headAt === undefined ? null : tenths(record.headAt - record.startedAt),
    bytes_sent: record.bytesSent,
    token: record.client?.label ?? null,
    attempts: record.attempts,
  };
}

function levelOf(status: number): "error" | "warn" | "info" {
  if (status >= 500) return "error";
  return status >= 400 ? "warn" : "info";
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

let second = 0;
let secondText = "";

/** ISO time, its whole seconds made once a second. */
function isoTime(): string {
  const now = Date.now();
  const current = Math.floor(now / 1000);
  if (current !== second) {
    second = current;
    secondText = new Date(current * 1000).toISOString().slice(0, 20);
  }
  return `,"time":"${secondText}${String(now % 1000).padStart(3, "0")}Z"`;
}
