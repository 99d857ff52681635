// The part of a worker: it links what the primary sends, serves it, and reads no config, no environment and no signal itself.

import cluster, { type Worker } from "node:cluster";
import type { Io } from "../../io.ts";
import { WORKER_MARK } from "../../worker-mark.ts";
import { signalMeanings } from "../signals.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { ServingWorker } from "./serving-worker.ts";

/**
 * Serves as a worker until the primary stops it, or is gone.
 * @returns the exit code: 0 when all exchanges could finish; 1 when some were broken, or it can't listen; 2 without a primary
 */
export async function serveAsWorker(io: Io): Promise<number> {
  const { stop, reload } = signalMeanings(process.platform);
  // The terminal and systemd send these to all processes. The primary says what is to be done.
  for (const signal of [...stop, ...reload]) process.on(signal, () => {});
  const { worker } = cluster;
  if (worker === undefined) {
    io.stderr(`ai-gw-lite: ${WORKER_MARK} is set, but this process was not started by a gateway: unset it\n`);
    return 2;
  }
  // So that `ps` tells it from the primary, whose command line stays as it is.
  process.title = `ai-gw-lite worker ${worker.id}`;
  // The log goes to standard output, which nobody reads any more when the primary is gone.
  process.stderr.on("error", () => {});
  const serving = new ServingWorker({ id: worker.id, io, send: (message) => send(message) });
  const gone = new Promise<void>((resolve) => {
    worker.on("disconnect", () => {
      // Otherwise node:cluster ends the process at once (fact F25).
      worker.exitedAfterDisconnect = true;
      resolve();
    });
  });
  process.on("message", (message: ToWorker) => serving.take(message));
  void gone.then(() => serving.drainAlone());
  send({ kind: "hello" });
  const whole = await serving.ended;
  await send({ kind: "stopped", whole });
  leave(worker);
  return whole ? 0 : 1;
}

/** Resolves when the message is on its way, or can't be sent since the primary is gone. */
function send(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) return resolve();
    process.send(message, undefined, undefined, () => resolve());
  });
}

/** Closes the channel to the primary, so that the process ends when nothing is left to do. */
function leave(worker: Worker): void {
  worker.exitedAfterDisconnect = true;
  if (process.connected) process.disconnect();
}
