// Builds the headers that go upstream from the client's headers, by the rules of contract, section 4.

import type { UpstreamSpec } from "../../plan/forward.ts";
import { FORWARDING, HOP_BY_HOP } from "../../plan/header-names.ts";
import { eachHeader } from "./find-header.ts";
import { type FilterRules, type HeaderFilter, plainFilter } from "./header-filter.ts";
import { canonicalName, protectedNames } from "./hop-by-hop.ts";

/**
 * How the receiver knows where the request's body ends, as the HTTP parser understood it. The gateway writes the header for
 * it anew and never copies the client's (hazards R2, R3).
 */
export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "chunked" }
  | { readonly kind: "length"; readonly length: string };

/** Whether a request has a body. One with a length of 0 has none. */
export function hasBody(framing: Framing): boolean {
  return framing.kind === "chunked" || (framing.kind === "length" && Number(framing.length) > 0);
}

/** How many bytes the body of a request has; `undefined` where the headers do not say it. */
export function bodyLength(framing: Framing): number | undefined {
  return framing.kind === "length" ? Number(framing.length) : undefined;
}

export interface RequestHeadInput {
  readonly method: string;
  readonly rawHeaders: readonly string[];
  readonly framing: Framing;
  readonly requestId: string;
  /** The address of the client's connection. */
  readonly peer: string;
  /** Replaces the client's own trace headers; a flat name, value list. Without it those are forwarded unchanged. */
  readonly trace?: readonly string[] | undefined;
}

/** Not copied from the client: the gateway writes these headers itself, or leaves them out. */
const NEVER_COPIED: readonly string[] = ["expect", "host", "content-length", "x-request-id", "x-forwarded-for"];

/** The headers of W3C Trace Context. */
const TRACE: readonly string[] = ["traceparent", "tracestate"];

/**
 * Methods whose requests need no `content-length` when they have no body. For all others the gateway sends
 * `content-length: 0` (RFC 9110, section 8.6). Otherwise Node would announce a chunked body that never comes.
 */
const NO_CONTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT"]);

/**
 * Builds the function that writes the headers of one upstream's requests. Everything that depends only on the config is
 * computed once, here. The written headers are a flat name, value list.
 * @param makeFilter makes what copies the client's headers
 */
export function requestHeadWriter(
  { headers: rules, target }: Pick<UpstreamSpec, "headers" | "target">,
  makeFilter: (rules: FilterRules) => HeaderFilter = plainFilter,
): (input: RequestHeadInput) => string[] {
  const injected = rules.inject.flatMap(({ name, value }) => [name, value.reveal()]);
  if (rules.userAgent !== undefined) injected.push("user-agent", rules.userAgent);
  const set = new Set(injected.filter((_, i) => i % 2 === 0).map(canonicalName));
  const dropped = new Set(
    [
      ...HOP_BY_HOP,
      ...NEVER_COPIED,
      ...rules.tokenHeaders,
      ...rules.remove,
      ...(rules.forwardXff ? [] : FORWARDING),
    ].map(canonicalName),
  );
  for (const name of set) dropped.add(name);
  const protectedHeaders = protectedNames([...set, "x-request-id", "x-forwarded-for"]);
  const sendsTrace = !TRACE.some((name) => dropped.has(name));
  const sendsRequestId = !set.has("x-request-id");
  const sendsForwardedFor = rules.forwardXff && !set.has("x-forwarded-for");
  const keepsForwardedFor =
    sendsForwardedFor && !rules.remove.some((name) => canonicalName(name) === "x-forwarded-for");
  const keep = makeFilter({ dropped, protectedHeaders });
  const keepWithTrace = makeFilter({ dropped: new Set([...dropped, ...TRACE]), protectedHeaders });

  return function requestHead({ method, rawHeaders, framing, requestId, peer, trace }) {
    const head = ["host", target.host];
    const traced = trace !== undefined && sendsTrace;
    if (traced) keepWithTrace(rawHeaders, head);
    else keep(rawHeaders, head);
    if (traced) for (const part of trace) head.push(part);
    if (sendsRequestId) head.push("x-request-id", requestId);
    if (sendsForwardedFor) head.push("x-forwarded-for", forwardedFor(keepsForwardedFor ? rawHeaders : [], peer));
    pushFraming(head, framing, method);
    for (const part of injected) head.push(part);
    return head;
  };
}

/** The addresses that the client sent, and the client's own address at the end. */
function forwardedFor(rawHeaders: readonly string[], peer: string): string {
  let chain = "";
  eachHeader(rawHeaders, (name, value) => {
    if (canonicalName(name) === "x-forwarded-for") chain += `${value}, `;
  });
  return chain + peer;
}

function pushFraming(head: string[], framing: Framing, method: string): void {
  if (framing.kind === "chunked") head.push("transfer-encoding", "chunked");
  else if (framing.kind === "length") head.push("content-length", framing.length);
  else if (!NO_CONTENT.has(method)) head.push("content-length", "0");
}
