// Can the metrics be scraped, by those who may and by nobody else?

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { tokenSpec } from "../lower/gateway-token.ts";
import type { Rule } from "./rule.ts";

export const metricsTokenMissing: Rule = ({ observability: { metrics } }, { report, known }) => {
  const path = ["observability", "metrics", "token"];
  if (!metrics.enabled || metrics.token !== undefined || !known(path)) return;
  const help = "for example `token: ${METRICS_TOKEN}`";
  report({
    code: "rule/metrics-token-missing",
    path,
    at: "missing",
    message: 'metrics are enabled, and "token" is missing',
    help,
  });
};

export const metricsTokenReused: Rule = ({ observability: { metrics }, gateway_auth }, { report, known }) => {
  const path = ["observability", "metrics", "token"];
  if (metrics.token === undefined || !known(path)) return;
  const digest = tokenSpec(metrics.token).digest.reveal();
  const same = gateway_auth.tokens.findIndex(
    (token, index) => known(["gateway_auth", "tokens", index]) && tokenSpec(token).digest.reveal() === digest,
  );
  if (same === -1) return;
  report({
    code: "rule/metrics-token-reused",
    path,
    message: "the metrics token is a gateway token too: every client could read the metrics",
    help: "use a token of its own",
    related: [{ path: ["gateway_auth", "tokens", same], message: "the gateway token" }],
  });
};

const OWN: readonly string[] = ["/healthz", "/readyz"];

export const metricsPath: Rule = ({ observability: { metrics } }, { report }) => {
  const path = ["observability", "metrics", "path"];
  const taken = OWN.find((own) => metrics.path === own || `${metrics.path}/ui` === own);
  if (taken === undefined) return;
  report({
    code: "rule/metrics-path",
    path,
    message: `${taken} is an endpoint of its own`,
    help: "choose another path, such as /metrics",
  });
};
