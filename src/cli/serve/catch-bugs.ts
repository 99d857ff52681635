// Logs bugs of the gateway. Errors that nothing else caught are bugs, too: they are logged instead of ending the process (hazard S5).

import type { Log } from "../../runtime/observe/logs/log.ts";
import { logBug } from "../../runtime/observe/logs/log-bug.ts";

/** Begins to log errors that nothing else caught. @returns a function that ends this */
export function catchBugs(log: Log): () => void {
  const caught = (err: unknown): void => logBug(log, err, "uncaught error");
  process.on("uncaughtException", caught);
  process.on("unhandledRejection", caught);
  // The last lines are written however the process ends.
  const flush = (): void => log.flush();
  process.on("exit", flush);
  return () => {
    process.off("exit", flush);
    process.off("uncaughtException", caught);
    process.off("unhandledRejection", caught);
  };
}

/** Logs that a plan could not be linked, which is a bug. @returns the reason for which the reload is refused */
export function internalError(log: Log, err: unknown): string {
  logBug(log, err);
  return "linking failed";
}
