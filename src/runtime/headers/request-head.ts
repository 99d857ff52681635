// What head goes upstream? The client's raw headers under the rules of contract, section 4, as a flat name, value list.

import type { UpstreamSpec } from "../../plan/forward.ts";
import { FORWARDING, HOP_BY_HOP } from "../../plan/header-names.ts";
import { addConnectionNames, canonicalName, protectedNames } from "./hop-by-hop.ts";

/** How the request's body is framed, as the parser understood it; restated, never guessed (hazards R2, R3). */
export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "chunked" }
  | { readonly kind: "length"; readonly length: string };

export interface RequestHeadInput {
  readonly method: string;
  readonly rawHeaders: readonly string[];
  readonly framing: Framing;
  readonly requestId: string;
  /** The address the connection came from. */
  readonly peer: string;
  /** What replaces the client's own trace headers, as a flat name, value list; without it they go on as they came. */
  readonly trace?: readonly string[] | undefined;
}

const ALWAYS_RESTATED: readonly string[] = ["expect", "host", "content-length", "x-request-id", "x-forwarded-for"];

/** W3C Trace Context. */
const TRACE: readonly string[] = ["traceparent", "tracestate"];

/**
 * Methods whose request without a body says nothing of one. All others state a length of 0 (RFC 9110, section 8.6):
 * left to itself, Node would announce chunks for them that never come.
 */
const NO_CONTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT"]);

/** Makes the head writer of one upstream. All that the rules decide is decided here, once. */
export function requestHeadWriter({
  headers: rules,
  target,
}: Pick<UpstreamSpec, "headers" | "target">): (input: RequestHeadInput) => string[] {
  const injected = rules.inject.flatMap(({ name, value }) => [name, value.reveal()]);
  if (rules.userAgent !== undefined) injected.push("user-agent", rules.userAgent);
  const set = new Set(injected.filter((_, i) => i % 2 === 0).map(canonicalName));
  const dropped = new Set(
    [
      ...HOP_BY_HOP,
      ...ALWAYS_RESTATED,
      ...rules.tokenHeaders,
      ...rules.remove,
      ...(rules.forwardXff ? [] : FORWARDING),
    ].map(canonicalName),
  );
  for (const name of set) dropped.add(name);
  const guarded = protectedNames([...set, "x-request-id", "x-forwarded-for"]);
  const sendsTrace = !TRACE.some((name) => dropped.has(name));
  const sendsRequestId = !set.has("x-request-id");
  const sendsForwardedFor = rules.forwardXff && !set.has("x-forwarded-for");
  const keepsForwardedFor =
    sendsForwardedFor && !rules.remove.some((name) => canonicalName(name) === "x-forwarded-for");

  const droppedTraced = new Set([...dropped, ...TRACE]);

  return function requestHead({ method, rawHeaders, framing, requestId, peer, trace }) {
    const head = ["host", target.host];
    const traced = trace !== undefined && sendsTrace;
    keepHeaders(rawHeaders, traced ? droppedTraced : dropped, guarded, head);
    if (traced) for (const part of trace) head.push(part);
    if (sendsRequestId) head.push("x-request-id", requestId);
    if (sendsForwardedFor) head.push("x-forwarded-for", forwardedFor(keepsForwardedFor ? rawHeaders : [], peer));
    pushFraming(head, framing, method);
    for (const part of injected) head.push(part);
    return head;
  };
}

function keepHeaders(
  rawHeaders: readonly string[],
  dropped: ReadonlySet<string>,
  guarded: ReadonlySet<string>,
  head: string[],
): void {
  let named: Set<string> | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if ((rawHeaders[i] as string).length === 10 && canonicalName(rawHeaders[i] as string) === "connection") {
      named = addConnectionNames(rawHeaders[i + 1] as string, guarded, named);
    }
  }
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    const canonical = canonicalName(name);
    if (dropped.has(canonical) || named?.has(canonical)) continue;
    head.push(name, rawHeaders[i + 1] as string);
  }
}

function forwardedFor(rawHeaders: readonly string[], peer: string): string {
  let chain = "";
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (canonicalName(rawHeaders[i] as string) === "x-forwarded-for") chain += `${rawHeaders[i + 1]}, `;
  }
  return chain + peer;
}

function pushFraming(head: string[], framing: Framing, method: string): void {
  if (framing.kind === "chunked") head.push("transfer-encoding", "chunked");
  else if (framing.kind === "length") head.push("content-length", framing.length);
  else if (!NO_CONTENT.has(method)) head.push("content-length", "0");
}
