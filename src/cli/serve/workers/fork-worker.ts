// Starts the process of a worker with node:cluster, and reads its output.

import cluster, { type Worker } from "node:cluster";
import type { Readable } from "node:stream";
import { WORKER_MARK } from "../../worker-mark.ts";
import type { Fork, ProcessEnd } from "./member.ts";
import type { FromWorker } from "./messages.ts";
import { type LineTarget, relayLines } from "./relay-lines.ts";
import { closeUntaken } from "./untaken-connections.ts";

/** How long the last output of a process that has ended may take to be read, ms. */
const LAST_OUTPUT_MS = 2000;

export interface WorkerOutput {
  /** Takes the lines of its standard output. */
  out(worker: number): LineTarget;
  /** Takes the lines of its standard error. */
  err(worker: number): LineTarget;
}

/**
 * Makes the function that starts workers: with the program, the arguments and the environment of this process.
 * @throws Error when this process can't have workers
 */
export function forkWorkers(output: WorkerOutput): Fork {
  // For example under pm2 in its cluster mode.
  if (!cluster.isPrimary) {
    throw new Error(
      "workers: this process was itself started by node:cluster. Start it on its own, or write workers: 1",
    );
  }
  // The environment may say something else. Workers that share a socket themselves are served unevenly, and accept while they end.
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({ serialization: "advanced", stdio: ["ignore", "pipe", "pipe", "ipc"] });
  let failed = 0;
  return (events) => {
    let worker: Worker;
    try {
      worker = cluster.fork({ [WORKER_MARK]: "1" });
    } catch (err) {
      // No process could be made, or no pipe to it: it is tried again.
      const end = { code: null, signal: (err as NodeJS.ErrnoException).code ?? String(err) };
      setImmediate(() => events.gone(end));
      return { id: -++failed, pid: undefined, send: () => {}, kill: () => {} };
    }
    const { process: child } = worker;
    closeUntaken(worker);
    const relays = [relay(child.stdout, output.out(worker.id)), relay(child.stderr, output.err(worker.id))];
    onEnd(worker, () => relays.map((finish) => finish()), events.gone);
    worker.on("message", (message: FromWorker) => events.message(message));
    return {
      id: worker.id,
      pid: child.pid,
      // Without a callback, a process that has just ended would be an error that nobody handles.
      send: (message) => void worker.process.send?.(message, () => {}),
      kill: () => void child.kill("SIGKILL"),
    };
  };
}

function relay(from: Readable | null, to: LineTarget): () => void {
  return from === null ? () => {} : relayLines(from, to);
}

/** Calls `gone` once, when the process has ended and its output is read. */
function onEnd(worker: Worker, finish: () => void, gone: (end: ProcessEnd) => void): void {
  const { process: child } = worker;
  let over = false;
  const report = (code: number | null, signal: string | null): void => {
    if (!over) gone({ code, signal });
    over = true;
  };
  child.once("exit", (code: number | null, signal: string | null) => {
    finish();
    setTimeout(() => report(code, signal), LAST_OUTPUT_MS).unref();
  });
  child.once("close", report);
  // A process that could not be started has no exit.
  worker.on("error", (err: NodeJS.ErrnoException) => {
    if (child.pid === undefined) report(null, err.code ?? err.message);
  });
}
