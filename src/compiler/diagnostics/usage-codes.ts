// Lists the diagnostic codes of usage, prices and budgets.

import { type CodeEntry, error, warning } from "./code-entry.ts";

export const USAGE_CODES = {
  "rule/usage-needed": error(
    "A limit in tokens or USD without `usage.enabled`",
    "`budgets` and `tokens_per_minute` count the tokens and the cost of requests. The gateway reads these from the responses only with `usage.enabled`. Without it the limit would refuse nothing.",
    "Add `usage:` with `enabled: true` at the top level, or remove the limit.",
  ),
  "rule/budget-without-limit": error(
    "A budget that limits nothing",
    "A budget needs an amount: `usd`, `tokens`, or both.",
    "Add `usd` or `tokens`, or remove the budget.",
  ),
  "rule/duplicate-budget": error(
    "Two budgets of a client for the same period",
    "Both are in the same unit. Only the smaller one can refuse a request, so one of them is a mistake.",
    "Keep one of the two, or correct its `per`. One budget may have both `usd` and `tokens`.",
  ),
  "rule/usage-unused": warning(
    "Usage settings without an effect",
    "They do nothing without `usage.enabled`, or on a route that is not metered. `ask` works only with OpenAI's form, and `drain_limit` only with `on_client_abort: drain`. `drain` costs money, since the provider bills the whole response. It is useless where the usage is not counted.",
    "Set `usage.enabled`, correct the form, or remove the setting.",
  ),
  "rule/unmetered-route": warning(
    "A route that a client's budgets do not count",
    "With `usage.form: none` the requests of the route are not metered, so nothing is charged to a budget. A client with `budgets` or `tokens_per_minute` may use the route, and nothing limits it there. Routes to this machine or to a private network are not reported.",
    "Remove `form: none`, or give the client a list of `routes` without this one.",
  ),
  "rule/websocket-not-told": warning(
    "WebSockets whose usage is never known",
    "Anthropic's and Ollama's APIs have no WebSocket, so the gateway finds no usage in their form on one. The ledger's line of each WebSocket says `unknown`, and budgets are charged an estimate, however much is used.",
    "Remove `websocket: true`, or `form`, which then goes by the shape of the messages.",
  ),
  "rule/model-without-price": warning(
    "A model whose price is not known",
    "No entry of `usage.prices` matches the model, and the price table that comes with the gateway does not have it. Its requests have no cost in the ledger. A client with a budget in USD may not use it and gets `403 model_not_allowed`, unless `usage.unpriced` is `allow`. Only names without `*` are checked. Hosts of unknown providers are checked only for clients with a budget in USD.",
    "Correct the name, or add the model to `usage.prices`. For a model that costs nothing, write prices of 0.",
  ),
  "rule/unreachable-price": warning(
    "A price that is never used",
    "The first entry of `usage.prices` whose pattern matches a model counts. An earlier entry matches all models that this entry matches.",
    "Move the entry before the more general one, or remove it.",
  ),
  "rule/price-unit": warning(
    "A price that looks like another unit",
    "Prices are in USD per million tokens. Price lists often give the price of one token or of a thousand tokens. With such a price, a budget in USD is never used up, or is used up at once.",
    "Write the price of a million tokens: a million times the price of one token, or a thousand times that of a thousand tokens.",
  ),
} as const satisfies { readonly [code: string]: CodeEntry };
