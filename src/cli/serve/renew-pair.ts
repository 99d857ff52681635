// Puts a renewed certificate in force.

import type { TlsPair } from "../../runtime/downstream/tls.ts";
import type { Host } from "../../runtime/host.ts";
import type { Log } from "../../runtime/observe/logs/log.ts";

/**
 * Serves another certificate from the next handshake on. One that can't be used is logged, and the one in use stays.
 * @param pair `undefined`: there is no other one
 */
export function renewPair(host: Pick<Host, "renewPair">, pair: TlsPair | undefined, log: Log): void {
  try {
    if (pair !== undefined) host.renewPair(pair);
  } catch (err) {
    const error = err instanceof Error ? err.message : String(err);
    log.error({ error }, "certificate not renewed: the one in use stays");
  }
}
