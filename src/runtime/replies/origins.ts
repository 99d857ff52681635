// Is this origin one of those that may use the gateway? (contract, section 6)

import type { CorsSpec } from "../../plan/response-format.ts";
import { onlyValue } from "../headers/find-header.ts";

const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/(.+)$/;
const PORT = /:(\d+)$/;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: "80", https: "443" };

/** What `access-control-allow-origin` says to a request; `undefined` where it has to be left out. */
export type AllowedOrigin = (rawHeaders: readonly string[]) => string | undefined;

/** Works out the list once. A header sent twice is no origin. */
export function allowedOrigin({ anyOrigin, origins }: CorsSpec): AllowedOrigin {
  if (anyOrigin) return () => "*";
  const listed = new Set(origins.map((entry) => canonical(entry.toLowerCase())));
  // Browsers write an origin in one way only: nearly always this look-up is all.
  const whole = new Set([...listed].filter((entry) => ORIGIN.test(entry)));
  return function allowed(rawHeaders) {
    const origin = onlyValue(rawHeaders, "origin");
    if (origin === undefined) return undefined;
    return whole.has(origin) || isListed(listed, origin.toLowerCase()) ? origin : undefined;
  };
}

/** An entry without a scheme matches host and port: with the port left out, the default one of either scheme. */
function isListed(listed: ReadonlySet<string>, origin: string): boolean {
  const whole = canonical(origin);
  const [, scheme = "", authority = ""] = ORIGIN.exec(whole) ?? [];
  // No origin, or that of a page which has none to tell.
  if (authority === "") return whole === "null" && listed.has(whole);
  if (listed.has(whole) || listed.has(authority)) return true;
  return !PORT.test(authority) && listed.has(`${authority}:${DEFAULT_PORTS[scheme]}`);
}

/** As browsers write an origin: without the default port of its scheme (RFC 6454, section 6.2). */
function canonical(origin: string): string {
  const [, scheme = "", authority = ""] = ORIGIN.exec(origin) ?? [];
  const port = PORT.exec(authority)?.[1];
  return port !== undefined && port === DEFAULT_PORTS[scheme] ? origin.slice(0, -port.length - 1) : origin;
}
