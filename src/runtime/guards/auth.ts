// Whose token is this? Sources in order, the first that yields a value decides (spec section 4, "Token").

import { hash, timingSafeEqual } from "node:crypto";
import type { Client } from "../../plan/exchange.ts";
import { replyFor } from "../../plan/replies.ts";
import type { GuardMakers } from "../../plan/steps.ts";
import { sentToken } from "../headers/sent-token.ts";

const UNAUTHORIZED = replyFor("unauthorized");

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
    // Only digests are looked up and compared: what timing could tell of a digest tells nothing of a token.
    const digest = hash("sha256", Buffer.from(token, "latin1"), "buffer");
    const found = known.get(digest.toString("hex"));
    if (found === undefined || !timingSafeEqual(found.digest, digest)) return UNAUTHORIZED;
    x.client = found.client;
    return undefined;
  };
};
