// Reads the path of a client's request, and makes the path that is sent upstream. Neither is decoded or normalised.

import type { ForwardSpec, UpstreamTarget } from "./forward.ts";

/** A request target, split as it came: nothing is decoded or normalised. */
export interface RequestPath {
  readonly path: string;
  /** With its `?`; empty when there is none or it is a bare `?`. */
  readonly query: string;
}

// An empty authority is not valid (RFC 9110, section 4.2.1).
const ABSOLUTE_FORM = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]+/i;

// A `.` or `..` segment, also percent-encoded (`%2f` counts as a separator), or a backslash.
const FORBIDDEN = /(?:^|\/|%2f)(?:\.|%2e){1,2}(?=\/|%2f|$)|\\|%5c/i;

/**
 * Reads a request target (RFC 9112, section 3.2) under the rules of contract, section 3.
 * @returns the path and query; `undefined` where the reply is `invalid_path`: the target is neither in origin-form nor in
 *   absolute-form, or it has a `#`, or its path a dot segment or a backslash
 */
export function readTarget(target: string): RequestPath | undefined {
  const origin = target.startsWith("/") ? target : originForm(target);
  // Also in a query: no correct client sends a `#`, and servers read it in different ways.
  if (origin === undefined || origin.includes("#")) return undefined;
  const mark = origin.indexOf("?");
  const path = mark === -1 ? origin : origin.slice(0, mark);
  if (FORBIDDEN.test(path)) return undefined;
  return { path, query: mark === -1 || mark === origin.length - 1 ? "" : origin.slice(mark) };
}

function originForm(target: string): string | undefined {
  const authority = ABSOLUTE_FORM.exec(target);
  if (authority === null) return undefined;
  const rest = target.slice(authority[0].length);
  return rest.startsWith("/") ? rest : `/${rest}`;
}

/**
 * Makes the path and query that are sent upstream: base path + rest + query (contract, section 3). The rest is appended as
 * it came. The base path has no trailing slash, so joining makes no double slash.
 */
export function upstreamPath(
  { stripPrefix, prefix }: Pick<ForwardSpec, "stripPrefix" | "prefix">,
  { basePath }: Pick<UpstreamTarget, "basePath">,
  request: RequestPath,
): string {
  const rest = stripPrefix && prefix !== "/" ? request.path.slice(prefix.length) : request.path;
  return `${basePath}${rest === "" ? "/" : rest}${request.query}`;
}
