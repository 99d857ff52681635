// Which of the injected headers is the upstream key of a route?

import { createHash } from "node:crypto";
import type { InjectHeader } from "./config.generated.ts";

/**
 * The upstream key (the contract, section 2): `authorization` wins over `x-api-key`, `Bearer ` is stripped, of several
 * the last counts.
 * @returns `undefined` when no such header is injected, or it is blank
 */
export function upstreamKey(headers: readonly InjectHeader[]): string | undefined {
  for (const wanted of ["authorization", "x-api-key"]) {
    const value = headers.findLast(({ name }) => name.toLowerCase() === wanted)?.value;
    if (value === undefined) continue;
    const key = value.replace(/^\s*Bearer(?:\s+|$)/i, "").trim();
    if (key !== "") return key;
  }
  return undefined;
}

/** What counts and logs know an upstream key by: its SHA-256, lower-case hex. */
export function upstreamKeySha256(headers: readonly InjectHeader[]): string | undefined {
  const key = upstreamKey(headers);
  return key === undefined ? undefined : createHash("sha256").update(key).digest("hex");
}
