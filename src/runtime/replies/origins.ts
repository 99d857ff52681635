// Decides whether the origin of a request is one of those in `cors.allow_origins` (contract, section 6).

import type { CorsSpec } from "../../plan/response-format.ts";
import { onlyValue } from "../headers/find-header.ts";

const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/(.+)$/;
const PORT = /:(\d+)$/;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: "80", https: "443" };

/** The value of `access-control-allow-origin` for a request, or `undefined` when the header has to be left out. */
export type AllowedOrigin = (rawHeaders: readonly string[]) => string | undefined;

/**
 * Prepares the list once per plan. A request with two `origin` headers has no origin. `*` is never the answer where pages may
 * send credentials: browsers refuse that pair, and so does the compiler.
 */
export function allowedOrigin({ anyOrigin, origins, allowCredentials }: CorsSpec): AllowedOrigin {
  if (anyOrigin && !allowCredentials) return () => "*";
  const listed = new Set(origins.map((entry) => canonical(entry.toLowerCase())));
  // Browsers write an origin in exactly one form. So this look-up nearly always decides.
  const complete = new Set([...listed].filter((entry) => ORIGIN.test(entry)));
  return function allowed(rawHeaders) {
    const origin = onlyValue(rawHeaders, "origin");
    if (origin === undefined) return undefined;
    return complete.has(origin) || isListed(listed, origin.toLowerCase()) ? origin : undefined;
  };
}

/**
 * An entry without a scheme matches host and port. If such an entry has the default port of the origin's scheme, it
 * matches the origin without a port, too.
 */
function isListed(listed: ReadonlySet<string>, origin: string): boolean {
  const whole = canonical(origin);
  const [, scheme = "", authority = ""] = ORIGIN.exec(whole) ?? [];
  // This is no origin, or it is the `null` of a page that has none, such as a local file.
  if (authority === "") return whole === "null" && listed.has(whole);
  if (listed.has(whole) || listed.has(authority)) return true;
  return !PORT.test(authority) && listed.has(`${authority}:${DEFAULT_PORTS[scheme]}`);
}

/** Writes an origin as browsers do: without the default port of its scheme (RFC 6454, section 6.2). */
function canonical(origin: string): string {
  const [, scheme = "", authority = ""] = ORIGIN.exec(origin) ?? [];
  const port = PORT.exec(authority)?.[1];
  return port !== undefined && port === DEFAULT_PORTS[scheme] ? origin.slice(0, -port.length - 1) : origin;
}
