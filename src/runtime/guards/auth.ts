// Whose token is this? Sources in order, the first that yields a value decides (contract, section 4, "Token").

import { hash, timingSafeEqual } from "node:crypto";
import type { Client, Exchange } from "../../plan/exchange.ts";
import { replyFor } from "../../plan/replies.ts";
import type { GuardMakers, TokenSource } from "../../plan/steps.ts";
import { headerValues } from "../headers/find-header.ts";

const UNAUTHORIZED = replyFor("unauthorized");
const BEARER = /^bearer +(\S.*)$/i;

interface KnownToken {
  readonly digest: Buffer;
  readonly client: Client;
}

export const auth: GuardMakers["auth"] = ({ tokens, sources }) => {
  const known = new Map<string, KnownToken>();
  for (const { digest, label } of tokens) {
    const id = digest.reveal();
    known.set(id, { digest: Buffer.from(id, "hex"), client: Object.freeze({ id, label }) });
  }
  return function auth(x) {
    const token = sentToken(x, sources);
    if (token === undefined) return UNAUTHORIZED;
    // Only digests are looked up and compared: what timing could tell of a digest tells nothing of a token (hazard S4).
    const digest = hash("sha256", Buffer.from(token, "latin1"), "buffer");
    const found = known.get(digest.toString("hex"));
    if (found === undefined || !timingSafeEqual(found.digest, digest)) return UNAUTHORIZED;
    x.client = found.client;
    return undefined;
  };
};

/** The token a request shows, if it shows one and no source says it twice. */
export function sentToken(x: Pick<Exchange, "rawHeaders">, sources: readonly TokenSource[]): string | undefined {
  for (const source of sources) {
    const values = headerValues(x.rawHeaders, source.type === "header" ? source.name : "authorization");
    if (values.length > 1) return undefined;
    const value = values[0];
    if (value === undefined) continue;
    const token = source.type === "header" ? value : BEARER.exec(value)?.[1];
    if (token !== undefined && token !== "") return token;
  }
  return undefined;
}
