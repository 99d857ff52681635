// Writes to the log when Redis goes and when it is back (contract, section 16).

import type { OnFailure } from "../plan/shared-state.ts";
import type { StateNews } from "./limits/shared/state-news.ts";
import type { Log } from "./observe/logs/log.ts";

/** @param who enforces limits meanwhile: `this process`, or `each worker` */
export function logStateNews(log: Log, onFailure: OnFailure, who: string): StateNews {
  const meanwhile: Readonly<Record<OnFailure, string>> = {
    local: `meanwhile, ${who} enforces the limits by its own counts`,
    closed: "meanwhile, requests with limits are refused",
    open: "meanwhile, requests pass without limits",
  };
  return {
    up: () => log.info({}, "redis is used: limits are counted there"),
    away: (cause) => log.error({ cause, on_failure: onFailure }, `redis can't be used: ${meanwhile[onFailure]}`),
    stillAway: (cause) => log.warn({ cause }, "redis is there again, but still can't be used"),
  };
}
