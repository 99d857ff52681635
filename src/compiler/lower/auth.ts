// Converts the gateway tokens and their sources to the data of the `auth` step.

import type { AuthSpec, TokenSource } from "../../plan/steps.ts";
import type { TokenSource as ConfigTokenSource } from "../schema/config.generated.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import { tokenSpec } from "./gateway-token.ts";

export function lowerAuth({ gateway_auth }: CompleteConfig): AuthSpec {
  return { tokens: gateway_auth.tokens.map(tokenSpec), sources: gateway_auth.token_sources.map(lowerSource) };
}

function lowerSource({ type, name }: ConfigTokenSource): TokenSource {
  if (name === undefined || type === "authorization_bearer") return { type: "authorization_bearer" };
  return { type, name: type === "header" ? name.toLowerCase() : name };
}
