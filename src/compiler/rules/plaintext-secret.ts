// Does the file hold a secret in clear text where `${…}` was expected?

import { claimsHash } from "../lower/gateway-token.ts";
import { carriesSecret } from "./headers.ts";
import type { Rule, RuleContext } from "./rule.ts";

export const plaintextSecret: Rule = ({ gateway_auth, routes, observability }, context) => {
  gateway_auth.tokens.forEach((token, index) => {
    if (!claimsHash(token)) check(token, ["gateway_auth", "tokens", index], "this token", "GATEWAY_TOKEN", context);
  });
  routes.forEach(({ upstream }, route) => {
    const base = ["routes", route, "upstream"];
    upstream.inject_headers.forEach(({ name, value }, index) => {
      if (!context.known([...base, "inject_headers", index, "name"]) || !carriesSecret(name)) return;
      if (/^\s*(?:Bearer)?\s*$/i.test(value)) return;
      check(value, [...base, "inject_headers", index, "value"], "this key", "UPSTREAM_KEY", context);
    });
    check(upstream.proxy?.password, [...base, "proxy", "password"], "this password", "PROXY_PASSWORD", context);
  });
  check(observability.metrics.token, ["observability", "metrics", "token"], "this token", "METRICS_TOKEN", context);
};

function check(
  value: string | undefined,
  path: readonly (string | number)[],
  what: string,
  name: string,
  context: RuleContext,
): void {
  if (value === undefined || !context.literal(path)) return;
  const message = `${what} stands in the file in clear text`;
  const help = `put it into the environment and write \${${name}}, or into a file and write \${file:PATH}`;
  context.report({ code: "rule/plaintext-secret", path, message, help });
}
