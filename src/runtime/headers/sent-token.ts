// Finds the gateway token in a request's headers.

import type { Exchange } from "../../plan/exchange.ts";
import type { TokenSource } from "../../plan/steps.ts";
import { headerValues } from "./find-header.ts";

const BEARER = /^bearer +(\S.*)$/i;

/**
 * Tries the sources in order; the first that yields a value decides (contract, section 4, "Token").
 * @returns nothing when no source yields a value, or when a source's header was sent twice
 */
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
