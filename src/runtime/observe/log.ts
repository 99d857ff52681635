// Who writes the log, and what may be in it? Pino's door. One `request completed` line per exchange (spec section 11):
// never a query string, a header value, a body.

import { type DestinationStream, destination, pino } from "pino";
import type { LogLevel } from "../../plan/observability.ts";
import type { LiveExchange } from "../exchange.ts";
import type { UnreadRequest } from "./observer.ts";

export type LogFields = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

export interface Log {
  completed(x: LiveExchange): void;
  unread(request: UnreadRequest): void;
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** Writes out what is buffered. Call it last. */
  flush(): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Where lines go: standard output unless a test collects them. */
  readonly to?: DestinationStream;
}

export function createLog({ level, to }: LogOptions): Log {
  // In this thread (hazard L1). A reader that is gone or a full disk costs lines, never the process.
  const stdout = to === undefined ? destination({ dest: 1, sync: false, maxLength: 16 * 1024 * 1024 }) : undefined;
  stdout?.on("error", () => {});
  const logger = pino(
    { level, base: null, timestamp: isoTime, formatters: { level: (label) => ({ level: label }) } },
    to ?? (stdout as DestinationStream),
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
    flush: () => flushQuietly(stdout),
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

function flushQuietly(stream: { flushSync(): void } | undefined): void {
  try {
    stream?.flushSync();
  } catch {
    // Not open yet, or gone: there is nobody left to tell.
  }
}
