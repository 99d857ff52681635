// Knows keys of usage, prices and budgets that people bring from other programs, such as `max_budget` and `input_cost_per_token`.

import { all, type Helps } from "./key-helps.ts";

const BUDGET = "write `budgets:` with a list below it; each item has `per`, and `usd` or `tokens` or both";
const CLIENT_BUDGET = `in an item of \`clients\` in \`gateway_auth\`, ${BUDGET}`;
const CLIENT_TOKENS = "write `rate_limit:`, and `tokens_per_minute:` indented below it";
const PRICES = "write `usage:` at the top level, and `prices:` with a list of models below it";
const METERING = "write `usage:` at the top level, and `enabled: true` indented below it";
const ASK = "write `usage:`, and `ask: true` indented below it";
const PER_MILLION = "Prices are in USD per million tokens";

/** In an item of `clients`: limits on tokens and on money, from LiteLLM, Portkey, Bifrost and Kong. */
export const CLIENT_USAGE: Helps = {
  ...all(BUDGET, "budget", "max_budget", "soft_budget", "budget_duration", "budget_limit", "budget_id"),
  ...all(BUDGET, "model_max_budget", "spend_limit", "spend_limits", "max_spend", "spend", "credit_limit", "cost_limit"),
  ...all(BUDGET, "token_limit", "token_limits", "max_tokens", "token_quota", "quota", "usage_limits", "tokens_per_day"),
  ...all(BUDGET, "monthly_budget", "daily_budget"),
  ...all(CLIENT_TOKENS, "tpm", "tpm_limit", "tokens_per_minute", "token_max_limit"),
};

/** In `rate_limit` of a client. */
export const CLIENT_RATE_USAGE: Helps = {
  ...all('did you mean "tokens_per_minute"?', "tpm", "tpm_limit", "tokens", "token_limit", "token_max_limit"),
  ...all("tokens of a day, a week or a month are a budget: write `budgets:` in the client", "tokens_per_day"),
};

/** In `rate_limit` at the top level, which counts requests only. */
export const RATE_USAGE: Helps = all(
  "tokens are limited for each client: write `tokens_per_minute` below `rate_limit` of the client",
  "tokens_per_minute",
  "tpm",
  "tpm_limit",
  "tokens",
  "token_limit",
);

/** In an item of `budgets`. */
export const BUDGET_KEYS: Helps = {
  ...all('did you mean "usd"?', "max_budget", "budget", "limit", "amount", "cost", "spend", "spend_limit", "max_limit"),
  ...all('did you mean "usd"?', "dollars", "cost_limit", "credit_limit", "max_usd", "limit_usd"),
  ...all('did you mean "tokens"?', "max_tokens", "token_limit", "tokens_limit", "token_max_limit"),
  ...all('did you mean "per"?', "budget_duration", "duration", "period", "window", "interval", "reset_duration"),
  ...all('did you mean "per"?', "time_period", "reset", "type"),
};

/** In the top-level `usage`. */
export const USAGE_KEYS: Helps = {
  ...all("write `ledger:`, and `dir:` indented below it", "dir", "path", "folder", "file"),
  ...all("write `ledger:`, and `keep_days:` indented below it", "keep_days", "retention", "retention_days"),
  ...all('did you mean "prices"?', "pricing", "price", "costs", "model_prices", "models", "cost_map"),
  ...all("write it in the route, as `ask:` below `usage:` in `upstream`", "ask", "include_usage", "stream_options"),
  form: "write it in the route, as `form:` below `usage:` in `upstream`",
};

/** In `usage.ledger`. */
export const LEDGER_KEYS: Helps = {
  ...all('did you mean "dir"?', "path", "folder", "file", "directory"),
  ...all('did you mean "keep_days"?', "max_files", "retention", "retention_days", "max_days", "days", "ttl"),
};

/** In an item of `usage.prices`. Other programs give the price of one token, of a thousand, or of a million. */
export const PRICE_KEYS: Helps = {
  ...all(`did you mean "input_usd_per_mtok"? ${PER_MILLION}`, "input_cost_per_token", "input", "input_price", "prompt"),
  ...all(`did you mean "input_usd_per_mtok"? ${PER_MILLION}`, "input_mtok", "input_per_million", "input_cost"),
  ...all(`did you mean "output_usd_per_mtok"? ${PER_MILLION}`, "output_cost_per_token", "output", "output_price"),
  ...all(`did you mean "output_usd_per_mtok"? ${PER_MILLION}`, "output_mtok", "output_cost", "completion"),
  ...all(
    `did you mean "cached_input_usd_per_mtok"? ${PER_MILLION}`,
    "cache_read_input_token_cost",
    "cache_read_usd_per_mtok",
    "cache_read_mtok",
    "cached_input",
    "cache_read",
  ),
  ...all(
    `did you mean "cache_write_usd_per_mtok"? ${PER_MILLION}`,
    "cache_creation_input_token_cost",
    "cache_write_mtok",
    "cache_write",
  ),
  ...all('did you mean "model"?', "name", "id", "pattern", "model_name", "match"),
};

/** In `usage` of an upstream. */
export const UPSTREAM_USAGE_KEYS: Helps = {
  enabled: METERING,
  prices: PRICES,
  ...all('did you mean "ask"?', "include_usage", "stream_options", "always_include_stream_usage"),
  ...all('did you mean "form"?', "format", "type", "provider", "api", "api_format"),
};

/** In `drain_limit`. */
export const DRAIN_KEYS: Helps = {
  ...all('did you mean "timeout_ms"?', "timeout", "ms", "max_ms", "duration"),
  ...all('did you mean "max_bytes"?', "bytes", "max_body_bytes", "size", "max_size"),
};

/** In a route or an upstream. */
export const ROUTE_USAGE: Helps = {
  ...all(ASK, "include_usage", "always_include_stream_usage", "stream_options"),
  ...all(PRICES, "prices", "pricing", "price", "input_cost_per_token", "output_cost_per_token", "cost", "model_info"),
  ...all(CLIENT_BUDGET, "budgets", "budget", "max_budget", "budget_duration"),
};

/** At the top level. */
export const TOP_USAGE: Helps = {
  ...all(PRICES, "prices", "pricing", "model_prices", "model_info", "cost_map"),
  ...all(CLIENT_BUDGET, "budgets", "budget", "max_budget", "budget_duration", "spend_limit"),
  ...all(METERING, "metering", "ledger", "accounting", "cost_tracking", "spend_logs", "usage_tracking"),
};

const [DAY, WEEK] = ['did you mean "day"?', 'did you mean "week"?'];
const MONTH = 'did you mean "month"? It is a calendar month, in UTC';
const TOTAL = 'did you mean "total"? It never resets';

/** Values of `per`, `form`, `on_client_abort` and `unpriced`. */
export const USAGE_VALUES: Readonly<Record<string, Helps>> = {
  per: {
    ...all(DAY, "daily", "1d", "24h", "d"),
    ...all(WEEK, "weekly", "7d", "1w", "w"),
    ...all(MONTH, "monthly", "30d", "31d", "1mo", "1M", "M"),
    ...all(TOTAL, "lifetime", "never", "none", "all", "ever", "forever", "once"),
    ...all("tokens per minute are a rate: write `tokens_per_minute` below `rate_limit`", "minute", "1m"),
  },
  form: {
    ...all('did you mean "openai"?', "chat", "chat_completions", "responses", "completions", "openai_chat", "azure"),
    ...all('did you mean "anthropic"?', "claude", "messages", "anthropic_messages"),
    ...all('did you mean "gemini"?', "google", "vertex", "google_genai"),
  },
  on_client_abort: {
    ...all(
      'did you mean "drain"? It reads the rest of the response',
      "continue",
      "finish",
      "complete",
      "ignore",
      "keep",
    ),
    ...all('did you mean "cancel"?', "abort", "stop", "close", "kill"),
  },
  unpriced: {
    ...all('did you mean "deny"?', "block", "reject", "refuse", "error"),
    ...all('did you mean "allow"?', "ignore", "free", "zero", "pass"),
  },
};
