// Finds the headers that the `connection` header makes hop-by-hop, besides those on the fixed list (RFC 9110, section 7.6.1).

/** Headers that `connection` can't make hop-by-hop: without one of them the message would mean something else (hazard R1). */
const NEVER_HOP_BY_HOP: readonly string[] = ["content-length", "transfer-encoding", "host"];

/**
 * A header name as an upstream behind CGI or WSGI sees it: lower-case, and `_` the same as `-`.
 * Headers are dropped by this form, so that no second spelling of a dropped header gets through (hazard R11).
 */
export function canonicalName(name: string): string {
  const lower = name.toLowerCase();
  return lower.includes("_") ? lower.replaceAll("_", "-") : lower;
}

/** The names that `connection` can't make hop-by-hop: the fixed ones, and those of headers that the gateway sets itself. */
export function protectedNames(setByGateway: Iterable<string>): ReadonlySet<string> {
  return new Set([...NEVER_HOP_BY_HOP, ...setByGateway]);
}

/**
 * Collects the names in all `connection` headers of a message, without the protected ones.
 * @returns canonical names, without `close` and `keep-alive`. `undefined` if there are none, as for most messages
 */
export function namedByConnection(
  rawHeaders: readonly string[],
  protectedHeaders: ReadonlySet<string>,
): ReadonlySet<string> | undefined {
  let names: Set<string> | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length !== 10 || name.toLowerCase() !== "connection") continue;
    const value = rawHeaders[i + 1] as string;
    if (value !== "keep-alive" && value !== "close") names = addNames(value, protectedHeaders, names);
  }
  return names;
}

function addNames(
  value: string,
  protectedHeaders: ReadonlySet<string>,
  before: Set<string> | undefined,
): Set<string> | undefined {
  let names = before;
  for (const part of value.split(",")) {
    const name = canonicalName(part.trim());
    if (name === "" || name === "close" || name === "keep-alive" || protectedHeaders.has(name)) continue;
    names ??= new Set();
    names.add(name);
  }
  return names;
}
