// Checks the gateway token of a request (contract, section 4, "Token").

import { hash } from "node:crypto";
import type { Client } from "../../plan/exchange.ts";
import { replyFor } from "../../plan/replies.ts";
import type { AuthSpec, Guard } from "../../plan/steps.ts";
import { sentToken } from "../headers/sent-token.ts";

const UNAUTHORIZED = replyFor("unauthorized");

export function auth({ tokens, sources }: AuthSpec): Guard {
  const clients = new Map<string, Client>();
  for (const { digest, label } of tokens) {
    const id = digest.reveal();
    clients.set(id, Object.freeze({ id, label }));
  }
  return function auth(x) {
    const token = sentToken(x, sources);
    if (token === undefined) return UNAUTHORIZED;
    // Looks up digests only: even if the time reveals something about a digest, it reveals nothing about a token (hazard S4).
    const client = clients.get(hash("sha256", Buffer.from(token, "latin1"), "hex"));
    if (client === undefined) return UNAUTHORIZED;
    x.identify(client);
    return undefined;
  };
}
