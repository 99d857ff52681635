// Builds the headers that go downstream from the upstream's headers: without the hop-by-hop ones, with what the gateway adds.

import { HOP_BY_HOP } from "../../plan/header-names.ts";
import { namedByConnection, protectedNames } from "./hop-by-hop.ts";

const NO_CONTENT = 204;
const DROPPED: ReadonlySet<string> = new Set(HOP_BY_HOP);
const PROTECTED = protectedNames(["x-request-id"]);
const EVENT_STREAM = /^text\/event-stream(?:\s*;|\s*$)/i;
const IDLE_HINT = /(?:^|[\s,;])timeout=(\d{1,6})/i;

/** The headers of an upstream's response, read once: what to forward, and what they say about the response. */
export interface ResponseHead {
  /** A flat name, value list. It may have a `content-length`, never a `transfer-encoding`. */
  readonly headers: string[];
  contentType: string | undefined;
  /** The body is a stream of server-sent events. */
  sse: boolean;
  hasLength: boolean;
  /** The body has a length, of 100,000 bytes or more. */
  isLarge: boolean;
  /** The body has a transfer coding. */
  coded: boolean;
  /** The body has a transfer coding other than `chunked`, so it can't be forwarded. */
  foreignCoding: boolean;
  /** How long the upstream keeps an idle connection open, ms, if it says so. */
  idleMs: number | undefined;
}

/**
 * Reads raw response headers. All but the hop-by-hop headers are kept, repeated ones included (contract, section 4).
 * `x-request-id` is renamed, because the gateway sends its own. A 204 has no body, so its `content-length` is dropped
 * (RFC 9110, section 8.6): a client could wait for that many bytes.
 */
export function responseHead(rawHeaders: readonly string[], requestId: string, status: number): Readonly<ResponseHead> {
  const head: ResponseHead = {
    headers: [],
    contentType: undefined,
    sse: false,
    hasLength: false,
    isLarge: false,
    coded: false,
    foreignCoding: false,
    idleMs: undefined,
  };
  const named = namedByConnection(rawHeaders, PROTECTED);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    const lower = name.toLowerCase();
    if (DROPPED.has(lower)) readDropped(head, lower, rawHeaders[i + 1] as string);
    else if (status === NO_CONTENT && lower === "content-length") continue;
    else if (!named?.has(lower)) keep(head, name, lower, rawHeaders[i + 1] as string);
  }
  head.headers.push("x-request-id", requestId);
  if (head.sse) forbidBuffering(head.headers);
  return head;
}

/** The same head for a body whose length will differ. Its list of headers is changed. */
export function withoutLength(head: Readonly<ResponseHead>): Readonly<ResponseHead> {
  dropHeader(head.headers, "content-length");
  return { ...head, hasLength: false, isLarge: false };
}

/** Tells SDKs not to send the request again, in place of what the upstream says about that (contract, section 7). */
export function tellNotToRetry(headers: string[]): void {
  dropHeader(headers, "x-should-retry");
  headers.push("x-should-retry", "false");
}

function readDropped(head: ResponseHead, lower: string, value: string): void {
  if (lower === "transfer-encoding") {
    head.coded = true;
    if (value.toLowerCase() !== "chunked") head.foreignCoding = true;
  } else if (lower === "keep-alive") head.idleMs = idleHint(value);
}

function keep(head: ResponseHead, name: string, lower: string, value: string): void {
  if (lower === "content-type") {
    head.contentType = value;
    head.sse = EVENT_STREAM.test(value);
  } else if (lower === "content-length") {
    head.hasLength = true;
    head.isLarge = value.length > 5;
  }
  head.headers.push(lower === "x-request-id" ? "x-upstream-request-id" : name, value);
}

/**
 * Asks a proxy in front of the gateway not to hold events back (contract, section 4, "For SDKs"). The upstream's own
 * header, which was meant for the proxies in front of it, is replaced.
 */
function forbidBuffering(headers: string[]): void {
  dropHeader(headers, "x-accel-buffering");
  headers.push("x-accel-buffering", "no");
}

function dropHeader(headers: string[], name: string): void {
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    if ((headers[i] as string).toLowerCase() === name) headers.splice(i, 2);
  }
}

function idleHint(value: string): number | undefined {
  const seconds = IDLE_HINT.exec(value)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
