// Adds the CORS headers to a response, whether the response is the upstream's or the gateway's own (contract, section 6).

import type { CorsSpec, ResponseFormat } from "../../plan/response-format.ts";
import { allowedOrigin } from "./origins.ts";

const PREFIX = "access-control-";
const LETTER_A = "a".charCodeAt(0);
const LETTER_V = "v".charCodeAt(0);

/**
 * Builds the function that adds the headers. It removes the CORS headers of the upstream, and adds `Origin` to the
 * upstream's `vary`.
 */
export function corsAdder(spec: CorsSpec): NonNullable<ResponseFormat["addCors"]> {
  const allowed = allowedOrigin(spec);
  const grants = grantsOf(spec);
  const exposed = spec.exposeHeaders.join(", ");
  if (exposed !== "") grants.push("access-control-expose-headers", exposed);
  return function addCors(head, { rawHeaders }) {
    const vary = removeCorsAndVary(head);
    const origin = allowed(rawHeaders);
    if (origin !== undefined) {
      head.push("access-control-allow-origin", origin, ...grants);
    }
    const varies = origin === "*" ? vary : withOrigin(vary);
    if (varies !== "") head.push("vary", varies);
  };
}

/** What an allowed origin may do besides reading the response, in preflights and in all other responses. */
export function grantsOf({ allowCredentials }: Pick<CorsSpec, "allowCredentials">): string[] {
  return allowCredentials ? ["access-control-allow-credentials", "true"] : [];
}

/** Removes `vary` and all `access-control-*` headers in place. @returns the values of `vary`, in one line */
function removeCorsAndVary(head: string[]): string {
  let vary = "";
  let kept = 0;
  for (let i = 0; i + 1 < head.length; i += 2) {
    const name = head[i] as string;
    const value = head[i + 1] as string;
    if (isVary(name)) {
      vary = vary === "" ? value : `${vary}, ${value}`;
    } else if (!isCors(name)) {
      head[kept++] = name;
      head[kept++] = value;
    }
  }
  head.length = kept;
  return vary;
}

/** Compares the length and the first letter before it lower-cases a name: nearly all names differ there already. */
function isVary(name: string): boolean {
  return name.length === 4 && (name.charCodeAt(0) | 32) === LETTER_V && name.toLowerCase() === "vary";
}

function isCors(name: string): boolean {
  return (
    (name.charCodeAt(0) | 32) === LETTER_A &&
    name.length > PREFIX.length &&
    name.slice(0, PREFIX.length).toLowerCase() === PREFIX
  );
}

function withOrigin(vary: string): string {
  if (vary.trim() === "") return "Origin";
  return /(?:^|,)\s*(?:\*|origin)\s*(?:,|$)/i.test(vary) ? vary : `${vary}, Origin`;
}
