// Checks the gateway token of a request, and takes it out of the query (contract, section 4, "Token").

import { hash } from "node:crypto";
import type { Client } from "../../plan/exchange.ts";
import { replyFor } from "../../plan/replies.ts";
import type { AuthSpec, Guard, TokenSource, TokenSpec } from "../../plan/steps.ts";
import { readingsOf, withoutParameters } from "../headers/query.ts";
import { findByToken } from "../headers/sent-token.ts";

/** Parameters in which clients of several providers send their key. A gateway token in one of them never goes upstream. */
const KEY_PARAMETERS: ReadonlySet<string> = new Set(["key", "api_key", "api-key", "access_token", "token"]);

/** Finds the client of a token, which is given as bytes in latin1. */
type FindClient = (token: string) => Client | undefined;

export function auth({ tokens, sources }: AuthSpec): Guard {
  const unauthorized = replyFor("unauthorized", { message: messageFor(sources) });
  const find = clientTable(tokens);
  const dropsParameter = tokenParameters(sources, find);
  return function auth(x) {
    const client = findByToken(x, sources, find);
    if (client === undefined) return unauthorized;
    x.identify(client);
    if (x.query !== "") x.replaceQuery(withoutParameters(x.query, dropsParameter));
    return undefined;
  };
}

function clientTable(tokens: readonly TokenSpec[]): FindClient {
  const clients = new Map<string, Client>();
  for (const { digest, label } of tokens) {
    const id = digest.reveal();
    clients.set(id, Object.freeze({ id, label }));
  }
  // Looks up digests only: even if the time reveals something about a digest, it reveals nothing about a token (hazard S4).
  return (token) => clients.get(hash("sha256", Buffer.from(token, "latin1"), "hex"));
}

/** Decides which parameters stay here: those of the sources, and those that are known for keys if they hold a gateway token. */
function tokenParameters(sources: readonly TokenSource[], find: FindClient): (name: string, value: string) => boolean {
  const names = new Set(sources.flatMap((source) => (source.type === "query" ? [source.name] : [])));
  return (name, value) =>
    names.has(name) ||
    (KEY_PARAMETERS.has(name.toLowerCase()) && readingsOf(value).some((token) => find(token) !== undefined));
}

/** Says where the gateway looks for a token, never what it found there. */
function messageFor(sources: readonly TokenSource[]): string {
  const places = sources.map(placeOf).join(", then in ");
  return `The request has no valid gateway token. The gateway looks for it in ${places}. Use a token of this gateway as the API key, not the provider's key.`;
}

function placeOf(source: TokenSource): string {
  switch (source.type) {
    case "authorization_bearer":
      return "the header authorization (Bearer)";
    case "header":
      return `the header ${source.name}`;
    case "query":
      return `the query parameter ${source.name}`;
  }
}
