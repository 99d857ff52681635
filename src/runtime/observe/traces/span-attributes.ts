// Makes the attributes of spans: OpenTelemetry's conventions for HTTP, and our route and outcome.
// They hold no query and no body, and of the headers only the request id.

import type { ForwardSpec, UpstreamSpec } from "../../../plan/forward.ts";
import { upstreamPath } from "../../../plan/target.ts";
import type { EndedAttempt, ExchangeRecord } from "../../exchange/record.ts";
import { lastAsked } from "../last-attempt.ts";
import { resultOf } from "../result.ts";

type SpanFacts = Record<string, string | number>;

export interface SpanEnd {
  readonly attributes: SpanFacts;
  readonly failed: boolean;
}

/** The methods of the conventions; all others are `_OTHER`. */
const KNOWN: ReadonlySet<string> = new Set("CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT TRACE QUERY".split(" "));

/** Method and route, not the path: so there are few different names. */
export function serverName(record: ExchangeRecord): string {
  return record.route === undefined ? methodName(record) : `${methodName(record)} ${record.route.prefix}`;
}

export function methodName({ method }: ExchangeRecord): string {
  return KNOWN.has(method) ? method : "HTTP";
}

export function serverStart(record: ExchangeRecord): SpanFacts {
  const facts: SpanFacts = { ...methodOf(record), "url.path": record.path, "url.scheme": record.scheme };
  facts["network.protocol.version"] = record.httpVersion;
  if (record.route !== undefined) {
    facts["http.route"] = record.route.prefix;
    facts["gateway.route_id"] = record.route.id;
  }
  return facts;
}

export function serverEnd(record: ExchangeRecord): SpanEnd {
  const { outcome, status } = record;
  const attributes: SpanFacts = { "gateway.request_id": record.id, "gateway.outcome": outcome };
  if (record.headAt !== undefined) attributes["http.response.status_code"] = status;
  if (record.client !== undefined) attributes["gateway.token"] = record.client.label;
  const upstream = lastAsked(record);
  if (upstream !== undefined) attributes["gateway.upstream"] = upstream;
  const { class: resultClass } = resultOf(record);
  if (resultClass === "server_error" || resultClass === "client_closed") attributes["error.type"] = errorType(record);
  return { attributes, failed: resultClass === "server_error" };
}

export function clientStart(record: ExchangeRecord, forward: ForwardSpec, { id, target }: UpstreamSpec): SpanFacts {
  const { protocol, host, hostname, port } = target;
  const path = upstreamPath(forward, target, { path: record.path, query: "" });
  const facts: SpanFacts = { ...methodOf(record), "url.full": `${protocol}//${host}${path}` };
  facts["server.address"] = hostname;
  facts["server.port"] = port;
  facts["gateway.upstream"] = id;
  if (record.attempts > 1) facts["http.request.resend_count"] = record.attempts - 1;
  return facts;
}

/** The end of an attempt that failed and is followed by another. */
export function retriedEnd({ status, result }: EndedAttempt): SpanEnd {
  const attributes: SpanFacts = { "error.type": status === undefined || status < 400 ? result : String(status) };
  if (status !== undefined) attributes["http.response.status_code"] = status;
  return { attributes, failed: true };
}

/** For the gateway, as the client of the upstream, a 4xx is a failure too. */
export function clientEnd(record: ExchangeRecord): SpanEnd {
  const attributes: SpanFacts = {};
  if (record.upstreamAnswered) attributes["http.response.status_code"] = record.status;
  const failed = resultOf(record).class !== "good";
  if (failed) attributes["error.type"] = errorType(record);
  return { attributes, failed };
}

/** Our outcome. Where that is a success, the upstream responded with an error, and it is the status. */
function errorType({ outcome, status }: ExchangeRecord): string {
  return outcome === "success" ? String(status) : outcome;
}

function methodOf({ method }: ExchangeRecord): SpanFacts {
  if (KNOWN.has(method)) return { "http.request.method": method };
  return { "http.request.method": "_OTHER", "http.request.method_original": method };
}
