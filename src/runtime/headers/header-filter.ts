// Copies the headers of a request that may go upstream. There are two filters that do the same: one reads the rules for each
// header, the other remembers what they say of a name as it was spelled.

import { canonicalName, namedByConnection } from "./hop-by-hop.ts";
import { WEBSOCKET_HEADERS } from "./upgrade.ts";

/** Which headers are dropped, by their canonical names. */
export interface FilterRules {
  readonly dropped: ReadonlySet<string>;
  /** Those that the `connection` header can't make hop-by-hop. */
  readonly protectedHeaders: ReadonlySet<string>;
}

/** Appends names and values of the headers that are kept. */
export type HeaderFilter = (rawHeaders: readonly string[], kept: string[]) => void;

/** Makes the filter that reads the rules each time. Dry runs use it, and tests compare the other one with it. */
export function plainFilter(rules: FilterRules): HeaderFilter {
  const { protectedHeaders } = rules;
  return function filter(rawHeaders, kept) {
    const named = namedByConnection(rawHeaders, protectedHeaders);
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
      const name = rawHeaders[i] as string;
      if (isDropped(name, rules) || named?.has(canonicalName(name))) continue;
      kept.push(name, rawHeaders[i + 1] as string);
    }
  };
}

/** How many names are remembered. Clients send the same few; one that makes names up must not fill the memory. */
const MAX_NAMES = 100;

/** Longer names are not remembered. */
const MAX_LENGTH = 64;

/** Makes the filter for requests. To look up a name costs a fifth of what it costs to read the rules for it. */
export function linkedFilter(rules: FilterRules): HeaderFilter {
  const plain = plainFilter(rules);
  const known = new Map<string, boolean>();
  function dropsNew(name: string): boolean {
    const drops = isDropped(name, rules);
    if (known.size < MAX_NAMES && name.length <= MAX_LENGTH) known.set(name, drops);
    return drops;
  }
  return function filter(rawHeaders, kept) {
    const before = kept.length;
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
      const name = rawHeaders[i] as string;
      const value = rawHeaders[i + 1] as string;
      if (!(known.get(name) ?? dropsNew(name))) kept.push(name, value);
      else if (namesOthers(name, value)) {
        // It may name headers that were kept already.
        kept.length = before;
        return plain(rawHeaders, kept);
      }
    }
  };
}

/** Whether a header is a `connection` that makes others hop-by-hop. Most say only that the connection is kept. */
function namesOthers(name: string, value: string): boolean {
  return name.length === 10 && value !== "keep-alive" && value !== "close" && name.toLowerCase() === "connection";
}

function isDropped(name: string, { dropped }: FilterRules): boolean {
  const canonical = canonicalName(name);
  return dropped.has(canonical) || canonical.startsWith(WEBSOCKET_HEADERS);
}
