// Lists the header names that mean something on every route (contract, section 4), lower-case, and the characters of a name.

/** Hop-by-hop headers: always dropped, both ways. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Headers that say where a request came from: dropped unless `forward_xff` is set. */
export const FORWARDING: ReadonlySet<string> = new Set([
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
  "forwarded",
  "x-real-ip",
  "cf-connecting-ip",
  "true-client-ip",
]);

/** The characters of a token (RFC 9110, section 5.6.2), as a regular expression. Methods and header names are tokens. */
export const HTTP_TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
