// What does the host need to know besides the routes?

import type { ServerSpec } from "../../plan/blueprint.ts";
import { readAddress } from "../address.ts";
import type { CompleteConfig } from "../defaults.ts";

export function lowerServer({ listen, observability, shutdown, reload }: CompleteConfig): ServerSpec {
  const address = readAddress(listen);
  if (address === undefined) throw new Error("listen reaches lowering only when its rule has passed it");
  return {
    listen: address,
    logging: { level: observability.logging.level },
    shutdown: { graceMs: shutdown.grace_ms, drainTimeoutMs: shutdown.drain_timeout_ms },
    watch: reload.watch,
  };
}
