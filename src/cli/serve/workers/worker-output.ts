// Writes what workers write: their log lines to the sinks of the config, and the rest to where this process writes it.

import type { OpenLog } from "../../../runtime/observe/logs/open-log.ts";
import type { Io } from "../../io.ts";
import type { WorkerOutput } from "./fork-worker.ts";

/** Of a line that is not from the log, no more is shown, characters. */
const SHOWN = 1000;

export function workerOutput({ log, sink }: OpenLog, io: Pick<Io, "stderr">): WorkerOutput {
  return {
    out: (worker) => ({
      write(line) {
        if (isLogLine(line)) sink.write(`${line}\n`);
        else log.warn({ worker, line: line.slice(0, SHOWN) }, "a worker wrote something that is no log line");
      },
      held: () => sink.held(),
    }),
    err: () => ({ write: (line) => io.stderr(`${line}\n`), held: () => 0 }),
  };
}

/** Whether it looks as the log writes it. To parse each line would take as long as to write it. */
function isLogLine(line: string): boolean {
  return line.startsWith('{"level":"') && line.endsWith("}");
}
