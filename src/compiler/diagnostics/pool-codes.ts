// Lists the diagnostic codes of retries and of pools.

import { type CodeEntry, error, warning } from "./code-entry.ts";

export const POOL_CODES = {
  "rule/duplicate-upstream-id": error(
    "Two upstreams of a route with the same id",
    "Logs, metrics and the dashboard could not distinguish the upstreams.",
    "Give each upstream of a route its own id.",
  ),
  "rule/sticky-header": error(
    "A sticky header that can't tell sessions apart",
    "With `by: header`, the value of a header decides which upstream gets a request. A header of the connection says nothing about a session. A header that holds the token is a warning: it names the client.",
    "Write the name of a header in which clients send the id of their session. To keep each client on one upstream, write `by: client` without a name.",
  ),
  "rule/cooldown-order": error(
    "A first cooldown that is longer than the longest",
    "`ms` is how long an upstream cools the first time. The time doubles up to `max_ms`, so it can't be longer.",
    "Make `max_ms` the longer one.",
  ),
  "rule/retry-may-bill-twice": warning(
    "A retry after which a request may be paid twice",
    "After `reset`, `timeout`, 500, 502 and 504, nobody knows whether the provider has done the work already. Providers can't tell that a request is the same one again, so each attempt may be billed.",
    "Remove these entries from `retry_on`. If an error costs you more than paying twice, ignore the warning.",
  ),
  "rule/retry-unused": warning(
    "A retry policy that does not work as written",
    "It never retries, its waits can't grow, or one of its entries has no effect.",
    "Check the numbers and the entries of `retry_on`, or remove `retry`. In a pool, `retry: { max_attempts: 1 }` alone turns retries off and is not reported.",
  ),
  "rule/pool-unused": warning(
    "A setting of a pool without an effect",
    "`balance`, `sticky`, `cooldown` and `weight` are for the choice between several upstreams. With one upstream there is no choice, and with `balance: in_order` the order decides, not the weight.",
    "Add upstreams or a `balance`, or remove the key.",
  ),
  "rule/equal-upstreams": warning(
    "Two upstreams of a pool that are the same",
    "They have the same URL and the same keys. A rate limit, a spent quota or a failure of one is that of the other, too, so a second attempt there does not help.",
    "Give each upstream a key or an address of its own, or remove one of them.",
  ),
  "rule/no-models": warning(
    "An upstream that takes no model",
    "No model fits an empty list. The upstream gets only requests that name no model.",
    "List the models, or remove `models`: without the key an upstream takes all models.",
  ),
  "rule/rename-models": warning(
    "A model that is renamed without an effect",
    "`rename_models` replaces exact names in requests to this upstream. An entry has no effect if both names are the same, if the name has a `*` in it, or if `models` sends no request with this name here. A blank name is an error.",
    'Write the exact name that clients send, or `"*"` alone for any name.',
  ),
  "rule/mixed-apis": warning(
    "A pool of APIs with different forms",
    "The gateway translates no bodies: a request in the form of OpenAI is refused by the API of Anthropic or Gemini, and the other way round. So a second attempt at the other API fails as well.",
    "Give each API a route of its own. Anthropic and Gemini also have APIs in the form of OpenAI: `https://api.anthropic.com/v1`, `https://generativelanguage.googleapis.com/v1beta/openai`. If clients send each API only its own models, list them in `models`.",
  ),
  "rule/pool-paths": warning(
    "Upstreams of a pool that need different paths",
    "The path of a request is appended to the `base_url` of each upstream. If one ends with the version of the API, such as `/v1`, and another does not, one of them gets the version twice or not at all, and answers 404.",
    "Write the version in each `base_url` of the pool, or in none.",
  ),
} as const satisfies { readonly [code: string]: CodeEntry };
