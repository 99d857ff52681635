// Checks the gateway token of a request, and takes it out of the query (contract, section 4, "Token").

import { hash } from "node:crypto";
import type { Client, ConnectionMemory, Exchange } from "../../plan/exchange.ts";
import { replyFor } from "../../plan/replies.ts";
import type { AuthSpec, ClientSpec, Guard, TokenSource, TokenSpec, Verdict } from "../../plan/steps.ts";
import type { Clock } from "../clock.ts";
import { readingsOf, withoutParameters } from "../headers/query.ts";
import { findByToken } from "../headers/sent-token.ts";
import { clientKey } from "../limits/client-key.ts";

/** Parameters in which clients of several providers send their key. A gateway token in one of them never goes upstream. */
const KEY_PARAMETERS: ReadonlySet<string> = new Set(["key", "api_key", "api-key", "access_token", "token"]);

/** What is known of a token. */
interface Known {
  readonly client: Client;
  /** `undefined` for a token without a client. */
  readonly spec: ClientSpec | undefined;
}

/** Finds a token, which is given as bytes in latin1. */
type FindToken = (token: string) => Known | undefined;

export function auth(spec: AuthSpec, clock: Clock): Guard {
  const find = tokenTable(spec.tokens);
  const letIn = admission(spec, find, clock);
  return function auth(x) {
    const { connection } = x;
    const findHere = connection === undefined ? find : remembering(find, connection);
    return letIn(x, findByToken(x, spec.sources, findHere));
  };
}

/**
 * Looks a token up where its connection has not shown it before. The hash of a token costs more than all the rest of the check.
 *
 * The map compares the hashes of two texts before their characters, with a seed of this process. So the time of a look-up reveals
 * nothing about the token that another client showed on the same connection, which can be that of a proxy (hazard S4).
 */
function remembering(find: FindToken, connection: ConnectionMemory): FindToken {
  return (token) => {
    const { token: last } = connection;
    const shown = last?.by === find ? (last.found.get(token) as Known | undefined) : undefined;
    if (shown !== undefined) return shown;
    const known = find(token);
    if (known !== undefined) connection.token = { by: find, found: new Map([[token, known]]) };
    return known;
  };
}

/**
 * Makes the check of a request that is made as a client of the config, whatever its token is. Only dry runs have such requests.
 * @returns a function that takes the id of the client; an unknown one is refused
 */
export function authAs(spec: AuthSpec, clock: Clock): (x: Exchange, id: string) => Verdict {
  const letIn = admission(spec, tokenTable(spec.tokens), clock);
  const made = new Map<ClientSpec, Client>();
  return (x, id) => {
    const client = spec.tokens.find((token) => token.client?.id === id)?.client;
    return letIn(x, client === undefined ? undefined : { client: clientOf(client, made), spec: client });
  };
}

/** Makes the function that lets a known client in, and refuses others. */
function admission({ sources }: AuthSpec, find: FindToken, clock: Clock) {
  const unauthorized = replyFor("unauthorized", { message: messageFor(sources) });
  const dropsParameter = tokenParameters(sources, find);
  return function letIn(x: Exchange, known: Known | undefined): Verdict {
    if (known === undefined) return unauthorized;
    const { client, spec } = known;
    const cause = spec === undefined ? undefined : whyShut(spec, clock);
    if (cause !== undefined) {
      // Only the log says it: from outside, nothing tells such a token from one that does not exist.
      x.noteCause(cause);
      return unauthorized;
    }
    x.identify(client);
    if (x.query !== "") x.replaceQuery(withoutParameters(x.query, dropsParameter));
    return undefined;
  };
}

/** Why a client is not let in; `undefined`: it is. */
function whyShut({ id, enabled, expiresAtMs }: ClientSpec, clock: Clock): string | undefined {
  if (!enabled) return `the client ${id} is disabled`;
  return expiresAtMs !== undefined && clock.now() >= expiresAtMs ? `the client ${id} has expired` : undefined;
}

function tokenTable(tokens: readonly TokenSpec[]): FindToken {
  const known = new Map<string, Known>();
  const clients = new Map<ClientSpec, Client>();
  for (const { digest, label, client: spec } of tokens) {
    const id = digest.reveal();
    const client = spec === undefined ? Object.freeze({ id, label, access: undefined }) : clientOf(spec, clients);
    known.set(id, { client, spec });
  }
  // Looks up digests only: even if the time reveals something about a digest, it reveals nothing about a token (hazard S4).
  return (token) => known.get(hash("sha256", Buffer.from(token, "latin1"), "hex"));
}

/** All tokens of a client share one object. */
function clientOf(spec: ClientSpec, made: Map<ClientSpec, Client>): Client {
  let client = made.get(spec);
  if (client === undefined) {
    client = Object.freeze({ id: clientKey(spec.id), label: spec.id, access: spec.access });
    made.set(spec, client);
  }
  return client;
}

/** Decides which parameters stay here: those of the sources, and those that are known for keys if they hold a gateway token. */
function tokenParameters(sources: readonly TokenSource[], find: FindToken): (name: string, value: string) => boolean {
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
    case "websocket_protocol":
      return `an item of the header sec-websocket-protocol that begins with ${source.prefix}`;
  }
}
