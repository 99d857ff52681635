// Lists the diagnostic codes of counts that several processes share: Redis and workers.

import { type CodeEntry, error, warning } from "./code-entry.ts";

export const STATE_CODES = {
  "rule/workers-need-redis": error(
    "Limits with several workers, but without Redis",
    "Each worker would count for itself. Together they would let through several times as much as a limit or a budget says.",
    "Add `state.redis`, so that all workers count together, or write `workers: 1`.",
  ),
  "rule/redis-url": error(
    "A URL of Redis that can't be used",
    "The gateway could not connect to Redis, or could not log in there.",
    "Write `redis://:PASSWORD@HOST:PORT`, or `rediss://…` for TLS. User name, password, port and the number of a database (0 to 15) may be left out. In user name and password, write special characters as `%XX`, for example / as `%2F`.",
  ),
  "rule/redis-unused": warning(
    "Redis without anything to share",
    "Only limits and budgets are counted in Redis. The config has none, so the gateway never connects to it.",
    "Add a limit, or remove `state.redis`.",
  ),
  "rule/cleartext-redis": warning(
    "A Redis password that travels in clear text",
    "Anyone on the network path can read the password, and all that the gateway counts. Loopback and private addresses are not reported, nor are names that only a private network has, such as `redis` or `redis.internal`.",
    "Write `rediss://` if the server supports TLS, or connect to it through a private network.",
  ),
} as const satisfies { readonly [code: string]: CodeEntry };
