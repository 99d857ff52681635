// Finds the keys among the headers and parameters that an upstream's requests get: the upstream key that limits count by, and any other.

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

/** Whether a header of this name carries a secret. */
export function carriesSecret(name: string): boolean {
  return /(?:^|[-_])(?:authorization|key|token|secret|password|cookie)$/i.test(name);
}

/** Whether the value of a key header has no key in it: it is blank, or the word `Bearer` alone. */
export function hasNoKey(value: string): boolean {
  return /^\s*(?:Bearer)?\s*$/i.test(value);
}

/**
 * Whether a key is injected, in any header or parameter. Only `authorization` and `x-api-key` are counted separately. A parameter
 * such as `api-version` is no key.
 */
export function injectsKey({ inject_headers, inject_query }: InjectedKeys): boolean {
  return [...inject_headers, ...inject_query].some(({ name, value }) => carriesSecret(name) && !hasNoKey(value));
}

interface InjectedKeys {
  readonly inject_headers: readonly InjectHeader[];
  readonly inject_query: readonly InjectHeader[];
}
