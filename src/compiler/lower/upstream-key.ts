// Which of the injected headers is the upstream key of a route?

import { Digest } from "../../plan/secret.ts";
import type { InjectHeader } from "../schema/config.generated.ts";

/**
 * The upstream key (contract, section 2): `authorization` wins over `x-api-key`, `Bearer ` is stripped, of several
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

/** What an upstream key is counted by. */
export function upstreamKeyDigest(headers: readonly InjectHeader[]): Digest | undefined {
  const key = upstreamKey(headers);
  return key === undefined ? undefined : Digest.of(key);
}
