// Which rules are there beyond the schema? Each asks one question of the typed config; all run, in no order.

import type { CompleteConfig } from "../schema/defaults.ts";
import { baseUrl } from "./base-url.ts";
import { cleartextUpstream } from "./cleartext-upstream.ts";
import { corsOrigin } from "./cors-origin.ts";
import { doubledPath } from "./doubled-path.ts";
import { duplicateInjectedHeader } from "./duplicate-injected-header.ts";
import { duplicatePrefix } from "./duplicate-prefix.ts";
import { duplicateRouteId } from "./duplicate-route-id.ts";
import { duplicateToken } from "./duplicate-token.ts";
import { duplicateTokenSource } from "./duplicate-token-source.ts";
import { emptyKeyHeader } from "./empty-key-header.ts";
import { headerRuleConflict } from "./header-rule-conflict.ts";
import { headerTypo } from "./header-typo.ts";
import { hopByHopInjected } from "./hop-by-hop-injected.ts";
import { limitNeverBinds } from "./limit-never-binds.ts";
import { listenAddress } from "./listen-address.ts";
import { metricsPath, metricsTokenMissing, metricsTokenReused } from "./metrics.ts";
import { noLogSink } from "./no-log-sink.ts";
import { notBuilt } from "./not-built.ts";
import { openListen } from "./open-listen.ts";
import { otlpEndpoint } from "./otlp-endpoint.ts";
import { plaintextSecret } from "./plaintext-secret.ts";
import { proxyAddress } from "./proxy-address.ts";
import { proxyCredentials } from "./proxy-credentials.ts";
import { queueUnused } from "./queue-unused.ts";
import { redundantRemove } from "./redundant-remove.ts";
import { reservedPrefix } from "./reserved-prefix.ts";
import { reservedRouteId } from "./reserved-route-id.ts";
import { retryUnused } from "./retry-unused.ts";
import type { Rule, RuleContext } from "./rule.ts";
import { selfSignedUnused } from "./self-signed-unused.ts";
import { selfUpstream } from "./self-upstream.ts";
import { timeoutOrder } from "./timeout-order.ts";
import { tlsFiles } from "./tls-files.ts";
import { tokenCharacters } from "./token-characters.ts";
import { tokenHash } from "./token-hash.ts";
import { tokenSource } from "./token-source.ts";
import { tokenSourceContradicted } from "./token-source-contradicted.ts";
import { tracingUnused } from "./tracing-unused.ts";
import { unreachableRoute } from "./unreachable-route.ts";
import { upstreamKeyMissing } from "./upstream-key-missing.ts";
import { userAgentConflict } from "./user-agent-conflict.ts";
import { wildcardPrefix } from "./wildcard-prefix.ts";

const RULES: readonly Rule[] = [
  baseUrl,
  cleartextUpstream,
  corsOrigin,
  doubledPath,
  duplicateInjectedHeader,
  duplicatePrefix,
  duplicateRouteId,
  duplicateToken,
  duplicateTokenSource,
  emptyKeyHeader,
  headerRuleConflict,
  headerTypo,
  hopByHopInjected,
  limitNeverBinds,
  listenAddress,
  metricsPath,
  metricsTokenMissing,
  metricsTokenReused,
  noLogSink,
  notBuilt,
  openListen,
  otlpEndpoint,
  plaintextSecret,
  proxyAddress,
  proxyCredentials,
  queueUnused,
  redundantRemove,
  reservedPrefix,
  reservedRouteId,
  retryUnused,
  selfSignedUnused,
  selfUpstream,
  timeoutOrder,
  tlsFiles,
  tokenCharacters,
  tokenHash,
  tokenSource,
  tokenSourceContradicted,
  tracingUnused,
  unreachableRoute,
  upstreamKeyMissing,
  userAgentConflict,
  wildcardPrefix,
];

/** Runs every rule. Findings: `rule/*`. */
export function checkRules(config: CompleteConfig, context: RuleContext): void {
  for (const rule of RULES) rule(config, context);
}
