// What does a span say? OpenTelemetry's conventions for HTTP, and our route and outcome: no query, no header value, no body.

import type { TLSSocket } from "node:tls";
import type { ForwardSpec } from "../../../plan/forward.ts";
import { upstreamPath } from "../../../plan/target.ts";
import type { LiveExchange } from "../../exchange/exchange.ts";
import { resultClassOf } from "../result-class.ts";

type SpanFacts = Record<string, string | number>;

export interface SpanEnd {
  readonly attributes: SpanFacts;
  readonly failed: boolean;
}

/** Methods the conventions know; all others are `_OTHER`. */
const KNOWN: ReadonlySet<string> = new Set("CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT TRACE QUERY".split(" "));

/** Method and route: few names, whatever paths clients ask for. */
export function serverName(x: LiveExchange): string {
  return x.route === undefined ? methodName(x) : `${methodName(x)} ${x.route.prefix}`;
}

export function methodName({ method }: LiveExchange): string {
  return KNOWN.has(method) ? method : "HTTP";
}

export function serverStart(x: LiveExchange): SpanFacts {
  const facts: SpanFacts = { ...methodOf(x), "url.path": x.path, "url.scheme": schemeOf(x) };
  facts["network.protocol.version"] = x.req.httpVersion;
  if (x.route !== undefined) {
    facts["http.route"] = x.route.prefix;
    facts["gateway.route_id"] = x.route.id;
  }
  return facts;
}

export function serverEnd(x: LiveExchange): SpanEnd {
  const { outcome, status } = x;
  const attributes: SpanFacts = { "gateway.request_id": x.id, "gateway.outcome": outcome };
  if (x.headAt !== undefined) attributes["http.response.status_code"] = status;
  if (x.client !== undefined) attributes["gateway.token"] = x.client.label;
  const ending = resultClassOf(outcome, status);
  if (ending === "server_error" || ending === "client_closed") attributes["error.type"] = errorType(x);
  return { attributes, failed: ending === "server_error" };
}

export function clientStart(x: LiveExchange, to: ForwardSpec): SpanFacts {
  const { protocol, host, hostname, port } = to.target;
  const path = upstreamPath(to, { path: x.path, query: "" });
  const facts: SpanFacts = { ...methodOf(x), "url.full": `${protocol}//${host}${path}` };
  facts["server.address"] = hostname;
  facts["server.port"] = port;
  if (x.attempts > 1) facts["http.request.resend_count"] = x.attempts - 1;
  return facts;
}

/** For who asked, a 4xx is a failure too. */
export function clientEnd(x: LiveExchange): SpanEnd {
  const attributes: SpanFacts = {};
  if (x.upstreamAnswered) attributes["http.response.status_code"] = x.status;
  const failed = resultClassOf(x.outcome, x.status) !== "good";
  if (failed) attributes["error.type"] = errorType(x);
  return { attributes, failed };
}

/** Our word where we have one, else the status. */
function errorType({ outcome, status }: LiveExchange): string {
  return outcome === "success" ? String(status) : outcome;
}

function schemeOf({ req }: LiveExchange): string {
  return (req.socket as TLSSocket).encrypted ? "https" : "http";
}

function methodOf({ method }: LiveExchange): SpanFacts {
  if (KNOWN.has(method)) return { "http.request.method": method };
  return { "http.request.method": "_OTHER", "http.request.method_original": method };
}
