// Which header names mean something on every route? The lists of contract, section 4, lower-case; read by both houses.

/** End at each hop: dropped both ways, always. */
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

/** Tell where a request came from: dropped, unless `forward_xff`. */
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
