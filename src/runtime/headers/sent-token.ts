// Reads the token that a request shows.

import type { TokenSource } from "../../plan/steps.ts";
import { headerValues } from "./find-header.ts";

const BEARER = /^bearer +(\S.*)$/i;

/** The token of the first source that has one. `undefined` where there is none, or a source's header was sent twice. */
export function sentToken(rawHeaders: readonly string[], sources: readonly TokenSource[]): string | undefined {
  for (const source of sources) {
    const values = headerValues(rawHeaders, source.type === "header" ? source.name : "authorization");
    if (values.length > 1) return undefined;
    const value = values[0];
    if (value === undefined) continue;
    const token = source.type === "header" ? value : BEARER.exec(value)?.[1];
    if (token !== undefined && token !== "") return token;
  }
  return undefined;
}
