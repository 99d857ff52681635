// Runs the rules: checks of a config that the schema can't express, grouped by subject. Their order does not matter.

import type { CompleteConfig } from "../schema/defaults.ts";
import { AUTH_RULES } from "./auth.ts";
import { BUDGET_RULES } from "./budgets.ts";
import { CLIENT_LIMIT_RULES } from "./client-limits.ts";
import { CLIENT_MODEL_RULES } from "./client-models.ts";
import { CLIENT_RULES } from "./clients.ts";
import { CORS_RULES } from "./cors.ts";
import { DOUBLED_PATH_RULES } from "./doubled-path.ts";
import { HEADER_RULES } from "./headers.ts";
import { INHERITED_RULES } from "./inherited.ts";
import { LIMIT_RULES } from "./limits.ts";
import { LISTEN_RULES } from "./listen.ts";
import { METHOD_RULES } from "./methods.ts";
import { MODEL_PRICE_RULES } from "./model-prices.ts";
import { NOT_ENABLED_RULES } from "./not-enabled.ts";
import { OBSERVABILITY_RULES } from "./observability.ts";
import { OTHER_SYNTAX_RULES } from "./other-syntax.ts";
import { POOL_MODEL_RULES } from "./pool-models.ts";
import { POOL_PROVIDER_RULES } from "./pool-providers.ts";
import { POOL_RULES } from "./pools.ts";
import { PRICE_RULES } from "./prices.ts";
import { PROVIDER_KEY_RULES } from "./provider-keys.ts";
import { PROVIDER_PATH_RULES } from "./provider-paths.ts";
import { PROXY_RULES } from "./proxy.ts";
import { QUERY_RULES } from "./query.ts";
import { RETRY_RULES } from "./retries.ts";
import { ROUTE_RULES } from "./routes.ts";
import type { Rule, RuleContext } from "./rule.ts";
import { SECRET_VALUE_RULES } from "./secret-values.ts";
import { SECRET_RULES } from "./secrets.ts";
import { SHARED_STATE_RULES } from "./shared-state.ts";
import { STREAM_TYPE_RULES } from "./stream-types.ts";
import { TIMEOUT_RULES } from "./timeouts.ts";
import { TLS_RULES } from "./tls.ts";
import { TOKEN_RULES } from "./tokens.ts";
import { UPSTREAM_RULES } from "./upstream.ts";
import { UPSTREAM_TLS_RULES } from "./upstream-tls.ts";
import { USAGE_RULES } from "./usage.ts";
import { WEBSOCKET_RULES } from "./websockets.ts";

const RULES: readonly Rule[] = [
  ...LISTEN_RULES,
  ...TLS_RULES,
  ...AUTH_RULES,
  ...CLIENT_RULES,
  ...CLIENT_MODEL_RULES,
  ...CLIENT_LIMIT_RULES,
  ...CORS_RULES,
  ...ROUTE_RULES,
  ...UPSTREAM_RULES,
  ...RETRY_RULES,
  ...POOL_RULES,
  ...POOL_MODEL_RULES,
  ...POOL_PROVIDER_RULES,
  ...PROXY_RULES,
  ...HEADER_RULES,
  ...SECRET_RULES,
  ...LIMIT_RULES,
  ...OBSERVABILITY_RULES,
  ...DOUBLED_PATH_RULES,
  ...NOT_ENABLED_RULES,
  ...OTHER_SYNTAX_RULES,
  ...PROVIDER_KEY_RULES,
  ...PROVIDER_PATH_RULES,
  ...SECRET_VALUE_RULES,
  ...TIMEOUT_RULES,
  ...TOKEN_RULES,
  ...UPSTREAM_TLS_RULES,
  ...INHERITED_RULES,
  ...QUERY_RULES,
  ...STREAM_TYPE_RULES,
  ...METHOD_RULES,
  ...BUDGET_RULES,
  ...USAGE_RULES,
  ...PRICE_RULES,
  ...MODEL_PRICE_RULES,
  ...WEBSOCKET_RULES,
  ...SHARED_STATE_RULES,
];

/** Runs every rule. Findings: `rule/*`. */
export function checkRules(config: CompleteConfig, context: RuleContext): void {
  for (const rule of RULES) rule(config, context);
}
