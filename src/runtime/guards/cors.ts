// Is this only a browser asking whether it may? A preflight is answered here, before auth (contract, section 6).

import { type Reply, replyFor } from "../../plan/replies.ts";
import type { GuardMakers } from "../../plan/steps.ts";
import { headerValues, onlyValue } from "../headers/find-header.ts";
import { allowedOrigin } from "../replies/origins.ts";

const NOT_ALLOWED = replyFor("cors_origin_not_allowed");
const VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export const cors: GuardMakers["cors"] = (spec) => {
  const allowed = allowedOrigin(spec);
  return function cors({ method, rawHeaders }) {
    if (method !== "OPTIONS" || onlyValue(rawHeaders, "origin") === undefined) return undefined;
    const asked = onlyValue(rawHeaders, "access-control-request-method");
    if (asked === undefined) return undefined;
    const origin = allowed(rawHeaders);
    if (origin === undefined) return NOT_ALLOWED;
    const askedHeaders = headerValues(rawHeaders, "access-control-request-headers").join(",").split(",");
    // Methods are case-sensitive (RFC 9110, section 9.1), header names are not.
    const methods = union(spec.allowMethods, [asked], (name) => name);
    return preflight(origin, methods, union(spec.allowHeaders, askedHeaders, lowerCase));
  };
};

const lowerCase = (name: string): string => name.toLowerCase();

function preflight(origin: string, methods: string, headers: string): Reply {
  const head = ["access-control-allow-origin", origin, "access-control-allow-methods", methods];
  if (headers !== "") head.push("access-control-allow-headers", headers);
  head.push("vary", VARY);
  return { outcome: "preflight", status: 204, body: "", headers: head, close: false };
}

/** Configured names first, then what was asked for and is not among them. */
function union(configured: readonly string[], asked: readonly string[], key: (name: string) => string): string {
  const names = new Map(configured.map((name) => [key(name), name]));
  for (const each of asked) {
    const name = each.trim();
    if (TOKEN.test(name) && !names.has(key(name))) names.set(key(name), name);
  }
  return [...names.values()].join(", ");
}
