// Makes gateway tokens.

import { randomBytes } from "node:crypto";

/** Tools that search texts for secrets find a token by its start. */
const PREFIX = "gw-";
const RANDOM_BYTES = 32;

/** A new random gateway token: `gw-` and 256 random bits as base64url. It needs no quotes in a shell, in YAML or in a header. */
export function newToken(): string {
  return `${PREFIX}${randomBytes(RANDOM_BYTES).toString("base64url")}`;
}
