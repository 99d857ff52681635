// Logs errors that nothing else caught, instead of ending the process (hazard S5). Each is a bug in the gateway.

import type { Log } from "../../runtime/observe/logs/log.ts";

/** Begins to log them. @returns a function that ends this */
export function catchBugs(log: Log): () => void {
  const caught = (err: unknown): void => {
    log.error({ error: String(err), place: err instanceof Error ? err.stack : undefined }, "uncaught error");
  };
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
