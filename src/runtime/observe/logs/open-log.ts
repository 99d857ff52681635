// Opens the configured log: to standard output, a file or both, as JSON or as text.

import type { LoggingSpec } from "../../../plan/observability.ts";
import type { Clock } from "../../clock.ts";
import { LineWriter } from "./line-writer.ts";
import { createLog, type Log, type LogSink } from "./log.ts";
import { RotatingFile } from "./rotating-file.ts";
import { textLine } from "./text-line.ts";

export interface LogEnvironment {
  readonly clock: Clock;
  /** Whether standard output is a terminal that shows colours. */
  readonly color: boolean;
  /** Reports a problem of the log itself, outside of the log (on standard error). */
  readonly complain: (sentence: string) => void;
}

/** A log, and the sink of its lines, which takes lines of other processes, too. */
export interface OpenLog {
  readonly log: Log;
  /** Takes lines as `Log` writes them, in JSON. */
  readonly sink: LogSink;
}

/** Opens the log. Never throws: when a sink can't be written to, that is reported by `complain`, and lines may be lost. */
export function openLog(
  { level, format, toStdout, file }: LoggingSpec,
  { clock, color, complain }: LogEnvironment,
): OpenLog {
  const sinks: LogSink[] = [];
  const events = (name: string) => ({
    onTrouble: (code: string) => complain(`the log can't be written to ${name}: ${code}`),
    onRecovery: (lost: number) => complain(`the log is written to ${name} again; ${lost} lines were lost`),
  });
  if (toStdout) sinks.push(formatted(format, color, standardOutput(events("standard output"))));
  if (file !== undefined) sinks.push(formatted(format, false, new RotatingFile(file, clock, events("its file"))));
  const sink = fanOut(sinks);
  return { log: createLog({ level, to: sink }), sink };
}

/** Opens the log of a worker. Its lines are JSON on standard output, whatever the config says: the primary writes them where they belong. */
export function openWorkerLog({ level }: LoggingSpec, worker: number, complain: LogEnvironment["complain"]): Log {
  const events = {
    onTrouble: (code: string) => complain(`the log of worker ${worker} can't be written: ${code}`),
    onRecovery: (lost: number) => complain(`the log of worker ${worker} is written again; ${lost} lines were lost`),
  };
  return createLog({ level, to: standardOutput(events), worker });
}

function standardOutput(events: ConstructorParameters<typeof LineWriter>[1]): LogSink {
  const writer = new LineWriter(1, events);
  return {
    write: (line) => writer.write(line),
    flush: () => writer.flushSync(),
    close: (limitMs) => writer.end(limitMs),
    held: () => writer.held,
  };
}

function formatted(format: LoggingSpec["format"], color: boolean, sink: LogSink): LogSink {
  if (format === "json") return sink;
  return {
    write: (line) => sink.write(textLine(line, color)),
    flush: () => sink.flush(),
    close: (limitMs) => sink.close(limitMs),
    held: () => sink.held(),
  };
}

function fanOut(sinks: readonly LogSink[]): LogSink {
  const [only] = sinks;
  if (only !== undefined && sinks.length === 1) return only;
  return {
    write(line) {
      for (const sink of sinks) sink.write(line);
    },
    flush() {
      for (const sink of sinks) sink.flush();
    },
    async close(limitMs) {
      await Promise.all(sinks.map((sink) => sink.close(limitMs)));
    },
    held: () => Math.max(0, ...sinks.map((sink) => sink.held())),
  };
}
