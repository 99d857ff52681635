// Walks over the gateway tokens of a config: those of `gateway_auth.tokens`, and those of clients.

import type { Path } from "../diagnostics/location.ts";
import { tokenSpec } from "../lower/gateway-token.ts";
import type { CompleteConfig } from "../schema/defaults.ts";

export interface TokenVisit {
  /** As the config has it: a token, or its hash. It must not be shown. */
  readonly token: string;
  readonly path: Path;
  /** Its SHA-256 in hex: the same for a token and its hash. It must not be shown. */
  readonly digest: string;
  /** The index of the client that it belongs to; `undefined` for a token of `gateway_auth.tokens`. */
  readonly client: number | undefined;
}

/** The tokens of a config, kept while the config is checked: several rules compare the hashes. */
const VISITS = new WeakMap<CompleteConfig, readonly TokenVisit[]>();

/** Every gateway token, in the order in which the gateway looks at them. */
export function eachToken(config: CompleteConfig): readonly TokenVisit[] {
  let visits = VISITS.get(config);
  if (visits === undefined) {
    const { tokens, clients } = config.gateway_auth;
    visits = [
      ...tokens.map((token, index) => visit(token, ["gateway_auth", "tokens", index], undefined)),
      ...clients.flatMap((client, at) =>
        client.tokens.map((token, index) => visit(token, ["gateway_auth", "clients", at, "tokens", index], at)),
      ),
    ];
    VISITS.set(config, visits);
  }
  return visits;
}

function visit(token: string, path: Path, client: number | undefined): TokenVisit {
  return { token, path, digest: tokenSpec(token).digest.reveal(), client };
}
