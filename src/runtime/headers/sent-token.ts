// Finds the gateway token in the headers and in the query of a request.

import type { Exchange } from "../../plan/exchange.ts";
import type { TokenSource } from "../../plan/steps.ts";
import { headerValues } from "./find-header.ts";
import { parameterValues, readingsOf } from "./query.ts";
import { listItems } from "./upgrade.ts";

// A token may hold spaces and bytes beyond ASCII.
const BEARER = /^bearer +([^ \t].*)$/i;

/**
 * Tries the sources in order; the first that yields a value decides (contract, section 4, "Token").
 * @param find looks up a token, which is given as bytes in latin1
 * @returns what `find` found; nothing when no source yields a value, or when a header or parameter of a source was sent twice
 */
export function findByToken<T>(
  x: Pick<Exchange, "rawHeaders" | "query">,
  sources: readonly TokenSource[],
  find: (token: string) => T | undefined,
): T | undefined {
  for (const source of sources) {
    const values = valuesAt(x, source);
    if (values.length > 1) return undefined;
    const value = values[0];
    const sent = source.type === "authorization_bearer" && value !== undefined ? BEARER.exec(value)?.[1] : value;
    if (sent === undefined || sent === "") continue;
    return source.type === "query" ? findFirst(readingsOf(sent), find) : find(sent);
  }
  return undefined;
}

function valuesAt(
  { rawHeaders, query }: Pick<Exchange, "rawHeaders" | "query">,
  source: TokenSource,
): readonly string[] {
  switch (source.type) {
    case "authorization_bearer":
      return headerValues(rawHeaders, "authorization");
    case "header":
      return headerValues(rawHeaders, source.name);
    case "query":
      return parameterValues(query, source.name);
    case "websocket_protocol":
      return listItems(rawHeaders, "sec-websocket-protocol").flatMap((item) =>
        item.startsWith(source.prefix) ? [item.slice(source.prefix.length)] : [],
      );
  }
}

function findFirst<T>(tokens: readonly string[], find: (token: string) => T | undefined): T | undefined {
  for (const token of tokens) {
    const found = find(token);
    if (found !== undefined) return found;
  }
  return undefined;
}
