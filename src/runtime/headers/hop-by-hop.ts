// Which headers end at this hop besides the fixed list? What the `connection` header names (RFC 9110, section 7.6.1).

/** Names that `connection` may not make hop-by-hop: dropping one would change the message's meaning (hazard R1). */
const NEVER_BY_CONNECTION: readonly string[] = ["content-length", "transfer-encoding", "host"];

/**
 * A header name as an upstream behind CGI or WSGI sees it: lower-case, `_` read as `-`.
 * Dropping by this form leaves no twin behind (hazard R11).
 */
export function canonicalName(name: string): string {
  const lower = name.toLowerCase();
  return lower.includes("_") ? lower.replaceAll("_", "-") : lower;
}

/** The set of names `connection` must not touch: framing, `host`, and those the gateway sets itself. */
export function protectedNames(setByGateway: Iterable<string>): ReadonlySet<string> {
  return new Set([...NEVER_BY_CONNECTION, ...setByGateway]);
}

/**
 * Adds to `named` what a `connection` value names, less the protected names.
 * @param value one `connection` header value
 * @returns the set, made on first use: most messages name nothing but `close` or `keep-alive`
 */
export function addConnectionNames(
  value: string,
  guarded: ReadonlySet<string>,
  named: Set<string> | undefined,
): Set<string> | undefined {
  let names = named;
  for (const part of value.split(",")) {
    const name = canonicalName(part.trim());
    if (name === "" || name === "close" || name === "keep-alive" || guarded.has(name)) continue;
    names ??= new Set();
    names.add(name);
  }
  return names;
}
