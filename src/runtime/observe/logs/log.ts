// Writes the log: one `request completed` line per exchange, and through pino the program's own messages.

import { pino } from "pino";
import type { Outcome } from "../../../plan/exchange.ts";
import type { LogLevel } from "../../../plan/observability.ts";
import type { UnparsedRequest } from "../../exchange/observer.ts";
import type { ExchangeRecord } from "../../exchange/record.ts";
import { isoTimes } from "../../iso-time.ts";
import { COMPLETED, completedLines } from "./completed-line.ts";

export type LogFields = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

export interface Log {
  /** Logs an exchange that has ended. */
  completed(record: ExchangeRecord): void;
  /** Logs a request that was answered without being parsed. */
  unparsed(request: UnparsedRequest): void;
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
  /** How much waits to be written, characters. */
  held(): number;
}

/** How long `close` waits until the last lines are written, ms. */
const CLOSE_MS = 2000;

/** How a response ends that was cut after its headers. */
const CUT: ReadonlySet<Outcome> = new Set<Outcome>(["upstream_timeout", "upstream_aborted", "internal_error"]);

export interface LogOptions {
  readonly level: LogLevel;
  readonly to: Pick<LogSink, "write"> & Partial<LogSink>;
  /** The number of the worker that logs, for each of its lines; `undefined`: this process is no worker. */
  readonly worker?: number;
}

export function createLog({ level, to, worker }: LogOptions): Log {
  // Pino writes in this thread, not in a transport's worker (hazard L1).
  const base = worker === undefined ? null : { worker };
  const timestamp = isoTimestamp();
  const logger = pino({ level, base, timestamp, formatters: { level: (label) => ({ level: label }) } }, to);
  const lineOf = completedLines(timestamp, worker);
  return {
    completed(record) {
      const level = completedLevel(record);
      if (logger.isLevelEnabled(level)) to.write(lineOf(level, record));
    },
    unparsed({ requestId, outcome, status, cause }) {
      const fields = { request_id: requestId, method: null, route_id: null, path: null, outcome, status, cause };
      logger[levelOf(status)](fields, COMPLETED);
    },
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    flush: () => to.flush?.(),
    close: async () => to.close?.(CLOSE_MS),
  };
}

/** The level of an exchange (contract, section 11). */
function completedLevel({ builtIn, outcome, status }: ExchangeRecord): "error" | "warn" | "info" | "debug" {
  // Health checks and scrapes come every few seconds, and would flood the log.
  if (builtIn) return "debug";
  const level = levelOf(status);
  // The status was sent before the response was cut.
  return level === "info" && CUT.has(outcome) ? "warn" : level;
}

function levelOf(status: number): "error" | "warn" | "info" {
  if (status >= 500) return "error";
  return status >= 400 ? "warn" : "info";
}

/** Makes the function that writes a line's time field. */
function isoTimestamp(): () => string {
  const isoTime = isoTimes();
  return () => `,"time":"${isoTime(Date.now())}"`;
}
