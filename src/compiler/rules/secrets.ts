// Checks that secrets come from the environment or from files, and do not travel in clear text.

import type { Path } from "../diagnostics/location.ts";
import { isLoopback } from "../lower/address.ts";
import { readBaseUrl } from "../lower/base-url.ts";
import { claimsHash } from "../lower/gateway-token.ts";
import { carriesSecret, hasNoKey } from "./header-names.ts";
import type { Rule } from "./rule.ts";
import { eachUpstream } from "./walks.ts";

/** Reports a secret that is written in the file in clear text. */
const plaintextSecret: Rule = (config, { report, known, literal }) => {
  const check = (value: string | undefined, path: Path, what: string, variable: string): void => {
    if (value === undefined || !literal(path)) return;
    const message = `${what} is written in the file in clear text`;
    const help = `put it into the environment and write \${${variable}}, or into a file and write \${file:PATH}`;
    report({ code: "rule/plaintext-secret", path, message, help });
  };
  config.gateway_auth.tokens.forEach((token, index) => {
    if (!claimsHash(token)) check(token, ["gateway_auth", "tokens", index], "this token", "GATEWAY_TOKEN");
  });
  for (const { upstream, path, pathOf } of eachUpstream(config)) {
    upstream.inject_headers.forEach(({ name, value }, index) => {
      const header = [...path, "inject_headers", index];
      if (!known([...header, "name"]) || !carriesSecret(name) || hasNoKey(value)) return;
      check(value, [...header, "value"], "this key", "UPSTREAM_KEY");
    });
    const password = typeof upstream.proxy === "object" ? upstream.proxy.password : undefined;
    check(password, pathOf("proxy", "password"), "this password", "PROXY_PASSWORD");
  }
  const { metrics } = config.observability;
  check(metrics.token, ["observability", "metrics", "token"], "this token", "METRICS_TOKEN");
};

/** Reports a key that is sent to the upstream over plain http. */
const cleartextUpstream: Rule = (config, { report, known }) => {
  for (const { upstream, path } of eachUpstream(config)) {
    const read = readBaseUrl(upstream.base_url);
    if (!read.ok || read.target.protocol === "https:" || isLoopback(read.target.hostname)) continue;
    const at = (index: number) => [...path, "inject_headers", index, "name"];
    if (!upstream.inject_headers.some(({ name }, index) => known(at(index)) && carriesSecret(name))) continue;
    report({
      code: "rule/cleartext-upstream",
      path: [...path, "base_url"],
      message: "the key that is injected here is sent over plain http",
      help: "use https",
    });
  }
};

export const SECRET_RULES: readonly Rule[] = [plaintextSecret, cleartextUpstream];
