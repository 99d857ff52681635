// Answers CORS preflights, in which a browser asks what a web page may do (contract, section 6).

import { HTTP_TOKEN } from "../../plan/header-names.ts";
import { type Reply, replyFor } from "../../plan/replies.ts";
import type { CorsSpec } from "../../plan/response-format.ts";
import type { Guard } from "../../plan/steps.ts";
import { headerValues, onlyValue } from "../headers/find-header.ts";
import { grantsOf } from "../replies/cors-headers.ts";
import { allowedOrigin } from "../replies/origins.ts";

const NOT_ALLOWED = replyFor("cors_origin_not_allowed");
const VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
const TOKEN = new RegExp(`^${HTTP_TOKEN}$`);

export function cors(spec: CorsSpec): Guard {
  const allowed = allowedOrigin(spec);
  const constant = grantsOf(spec);
  if (spec.maxAgeS !== undefined) constant.push("access-control-max-age", String(spec.maxAgeS));
  constant.push("vary", VARY);
  return function cors({ method, rawHeaders }) {
    if (method !== "OPTIONS" || onlyValue(rawHeaders, "origin") === undefined) return undefined;
    const requested = onlyValue(rawHeaders, "access-control-request-method");
    if (requested === undefined) return undefined;
    const origin = allowed(rawHeaders);
    if (origin === undefined) return NOT_ALLOWED;
    const requestedHeaders = headerValues(rawHeaders, "access-control-request-headers").join(",").split(",");
    // Methods are case-sensitive (RFC 9110, section 9.1), header names are not.
    const methods = union(spec.allowMethods, [requested], (name) => name);
    return preflight(origin, methods, union(spec.allowHeaders, requestedHeaders, lowerCase), constant);
  };
}

const lowerCase = (name: string): string => name.toLowerCase();

/** @param constant the headers that are the same in every answer */
function preflight(origin: string, methods: string, headers: string, constant: readonly string[]): Reply {
  const head = ["access-control-allow-origin", origin, "access-control-allow-methods", methods];
  if (headers !== "") head.push("access-control-allow-headers", headers);
  head.push(...constant);
  return { outcome: "preflight", status: 204, body: "", headers: head, close: false };
}

/** The configured names, then the requested ones that are not among them. */
function union(configured: readonly string[], requested: readonly string[], key: (name: string) => string): string {
  const names = new Map(configured.map((name) => [key(name), name]));
  for (const each of requested) {
    const name = each.trim();
    if (TOKEN.test(name) && !names.has(key(name))) names.set(key(name), name);
  }
  return [...names.values()].join(", ");
}
