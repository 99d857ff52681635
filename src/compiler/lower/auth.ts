// Converts the gateway tokens, the clients and the token sources to the data of the steps that check them.

import type { AuthSpec, ClientInflightSpec, ClientSpec, TokenSource } from "../../plan/steps.ts";
import type { TokenSource as ConfigTokenSource } from "../schema/config.generated.ts";
import type { CompleteClient, CompleteConfig } from "../schema/defaults.ts";
import { tokenSpec } from "./gateway-token.ts";
import { readTime } from "./time.ts";
import { lowerBudget } from "./usage.ts";

export function lowerAuth({ gateway_auth }: CompleteConfig): AuthSpec {
  const { tokens, clients, token_sources } = gateway_auth;
  const ofClients = clients.flatMap((client) => {
    const spec = lowerClient(client);
    return client.tokens.map((token) => tokenSpec(token, spec));
  });
  return {
    tokens: [...tokens.map((token) => tokenSpec(token)), ...ofClients],
    sources: token_sources.map(lowerSource),
  };
}

function lowerClient({
  id,
  enabled,
  expires_at,
  routes,
  models,
  rate_limit,
  max_inflight,
  budgets = [],
}: CompleteClient): ClientSpec {
  return {
    id,
    enabled,
    expiresAtMs: expires_at === undefined ? undefined : readTime(expires_at),
    access: {
      routes,
      models,
      ratePerMinute: rate_limit?.per_minute,
      maxInflight: max_inflight,
      tokensPerMinute: rate_limit?.tokens_per_minute,
      budgets: budgets.map(lowerBudget),
    },
  };
}

/** The clients with a limit on their requests in flight; `undefined` when there is none. */
export function lowerClientInflight({ gateway_auth }: CompleteConfig): ClientInflightSpec | undefined {
  const clients = gateway_auth.clients.flatMap(({ id, max_inflight: max }) => (max === undefined ? [] : [{ id, max }]));
  return clients.length === 0 ? undefined : { clients };
}

function lowerSource({ type, name, prefix }: ConfigTokenSource): TokenSource {
  if (type === "websocket_protocol") return { type, prefix: prefix ?? "" };
  if (name === undefined || type === "authorization_bearer") return { type: "authorization_bearer" };
  return { type, name: type === "header" ? name.toLowerCase() : name };
}
