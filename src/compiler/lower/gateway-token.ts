// Reduces a gateway token to its SHA-256 and a label for logs.

import { Digest } from "../../plan/secret.ts";
import { type ClientSpec, TokenSpec } from "../../plan/steps.ts";

const HASHED = /^sha256:([0-9a-f]{64})$/i;

/**
 * @param token as the config has it: a token, or `sha256:` and 64 hex digits
 * @param client whose it is, if it belongs to a client
 */
export function tokenSpec(token: string, client?: ClientSpec): TokenSpec {
  const hashed = HASHED.exec(token)?.[1]?.toLowerCase();
  const digest = hashed === undefined ? Digest.of(token) : new Digest(hashed);
  const shown = hashed === undefined ? masked(token) : "***";
  return new TokenSpec(digest, `${shown}#${digest.reveal().slice(0, 8)}`, client);
}

/** Whether a token is meant as a hash, well-formed or not. */
export function claimsHash(token: string): boolean {
  return /^sha256:/i.test(token);
}

export function isHash(token: string): boolean {
  return HASHED.test(token);
}

/** First 3 characters, `***`, last 2 (contract, section 11). A short token shows less, so that enough stays hidden. */
function masked(token: string): string {
  const chars = [...token];
  if (chars.length >= 10) return `${chars.slice(0, 3).join("")}***${chars.slice(-2).join("")}`;
  return chars.length >= 6 ? `${chars[0]}***` : "***";
}
