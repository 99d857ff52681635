// Writes the log through pino: one `request completed` line per exchange, and the program's own messages.
// A line never contains a query string, a header value or a body (contract, section 11).

import { pino } from "pino";
import type { LogLevel } from "../../../plan/observability.ts";
import type { LiveExchange } from "../../exchange/exchange.ts";
import type { UnparsedRequest } from "../../exchange/observer.ts";

export type LogFields = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

export interface Log {
  /** Logs an exchange that has ended. */
  completed(x: LiveExchange): void;
  /** Logs a request that was answered without being parsed. */
  unread(request: UnparsedRequest): void;
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** Writes everything that is buffered before it returns, for a process that ends now. */
  flush(): void;
  /** Takes no more lines. Resolves when all are written, or when a sink takes longer than `CLOSE_MS`. */
  close(): Promise<void>;
}

/** A destination of lines. Its methods never throw. */
export interface LogSink {
  /** @param line ends with a line feed */
  write(line: string): void;
  flush(): void;
  /** @param limitMs how long it may take, ms */
  close(limitMs: number): Promise<void>;
}

/** How long the last lines may take to be written, ms. */
const CLOSE_MS = 2000;

export interface LogOptions {
  readonly level: LogLevel;
  readonly to: Pick<LogSink, "write"> & Partial<LogSink>;
}

export function createLog({ level, to }: LogOptions): Log {
  // Pino writes in this thread, not in a transport's worker (hazard L1).
  const logger = pino(
    { level, base: null, timestamp: isoTimestamp(), formatters: { level: (label) => ({ level: label }) } },
    to,
  );
  return {
    completed(x) {
      const line = completedFields(x);
      logger[levelOf(line.status)](line, "request completed");
    },
    unread({ requestId, outcome, status }) {
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

function completedFields(x: LiveExchange) {
  return {
    request_id: x.id,
    method: x.method,
    route_id: x.route?.id ?? null,
    path: x.path,
    outcome: x.outcome,
    status: x.status,
    duration_ms: tenths(x.endedAt - x.startedAt),
    ttfb_ms: x.headAt === undefined ? null : tenths(x.headAt - x.startedAt),
    bytes_sent: x.bytesSent,
    token: x.client?.label ?? null,
    attempts: x.attempts,
  };
}

function levelOf(status: number): "error" | "warn" | "info" {
  if (status >= 500) return "error";
  return status >= 400 ? "warn" : "info";
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** Makes the function that writes a line's time field. It formats date and time once a second and adds the milliseconds. */
function isoTimestamp(): () => string {
  let second = 0;
  let secondText = "";
  return () => {
    const now = Date.now();
    const current = Math.floor(now / 1000);
    if (current !== second) {
      second = current;
      secondText = new Date(current * 1000).toISOString().slice(0, 20);
    }
    return `,"time":"${secondText}${String(now % 1000).padStart(3, "0")}Z"`;
  };
}
