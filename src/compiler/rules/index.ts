// Runs the rules: checks of a config that the schema can't express, grouped by subject. Their order does not matter.

import type { CompleteConfig } from "../schema/defaults.ts";
import { AUTH_RULES } from "./auth.ts";
import { CORS_RULES } from "./cors.ts";
import { HEADER_RULES } from "./headers.ts";
import { LIMIT_RULES } from "./limits.ts";
import { LISTEN_RULES } from "./listen.ts";
import { NOT_BUILT_RULES } from "./not-built.ts";
import { OBSERVABILITY_RULES } from "./observability.ts";
import { PROXY_RULES } from "./proxy.ts";
import { ROUTE_RULES } from "./routes.ts";
import type { Rule, RuleContext } from "./rule.ts";
import { SECRET_RULES } from "./secrets.ts";
import { TLS_RULES } from "./tls.ts";
import { UPSTREAM_RULES } from "./upstream.ts";

const RULES: readonly Rule[] = [
  ...LISTEN_RULES,
  ...TLS_RULES,
  ...AUTH_RULES,
  ...CORS_RULES,
  ...ROUTE_RULES,
  ...UPSTREAM_RULES,
  ...PROXY_RULES,
  ...HEADER_RULES,
  ...SECRET_RULES,
  ...LIMIT_RULES,
  ...OBSERVABILITY_RULES,
  ...NOT_BUILT_RULES,
];

/** Runs every rule. Findings: `rule/*`. */
export function checkRules(config: CompleteConfig, context: RuleContext): void {
  for (const rule of RULES) rule(config, context);
}
