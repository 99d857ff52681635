// Logs a bug of the gateway, with the place where it happened.

import type { Log } from "./log.ts";

/** @param err what was thrown */
export function logBug(log: Log, err: unknown, message = "internal error"): void {
  log.error({ error: String(err), place: err instanceof Error ? err.stack : undefined }, message);
}
