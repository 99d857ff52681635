// Lowers the gateway tokens and their sources.

import type { TokenSource } from "../../plan/steps.ts";
import type { TokenSource as ConfigTokenSource } from "../schema/config.generated.ts";
import { tokenSpec } from "./gateway-token.ts";
import type { Lowerer } from "./index.ts";

export const lowerAuth: Lowerer<"auth"> = ({ gateway_auth }) => {
  const spec = { tokens: gateway_auth.tokens.map(tokenSpec), sources: gateway_auth.token_sources.map(lowerSource) };
  return () => spec;
};

function lowerSource({ type, name }: ConfigTokenSource): TokenSource {
  return type === "header" && name !== undefined
    ? { type, name: name.toLowerCase() }
    : { type: "authorization_bearer" };
}
