// What head goes downstream? The upstream's raw headers less the hop-by-hop ones, with what the gateway adds.

import { HOP_BY_HOP } from "../../plan/header-names.ts";
import { addConnectionNames, protectedNames } from "./hop-by-hop.ts";

const DROPPED: ReadonlySet<string> = new Set(HOP_BY_HOP);
const GUARDED = protectedNames(["x-request-id"]);
const EVENT_STREAM = /^text\/event-stream(?:\s*;|\s*$)/i;
const IDLE_HINT = /(?:^|[\s,;])timeout=(\d{1,6})/i;

/** An upstream's response head, read once: what to pass on, and what it says about itself. */
export interface ResponseHead {
  /** Flat name, value list; without framing other than `content-length`. */
  readonly headers: string[];
  sse: boolean;
  hasLength: boolean;
  /** A transfer coding other than `chunked` is on the body: it can't be passed on. */
  foreignCoding: boolean;
  /** How long the upstream says it keeps an idle connection, ms; `undefined` when it does not say. */
  idleMs: number | undefined;
}

/** Reads raw response headers. Everything but hop-by-hop headers is kept as it came, repeats included (contract, section 4). */
export function responseHead(rawHeaders: readonly string[], requestId: string): Readonly<ResponseHead> {
  const head: ResponseHead = { headers: [], sse: false, hasLength: false, foreignCoding: false, idleMs: undefined };
  const named = namedByConnection(rawHeaders);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    const lower = name.toLowerCase();
    if (DROPPED.has(lower)) readDropped(head, lower, rawHeaders[i + 1] as string);
    else if (!named?.has(lower)) keep(head, name, lower, rawHeaders[i + 1] as string);
  }
  head.headers.push("x-request-id", requestId);
  if (head.sse) forbidBuffering(head.headers);
  return head;
}

function readDropped(head: ResponseHead, lower: string, value: string): void {
  if (lower === "transfer-encoding" && value.toLowerCase() !== "chunked") head.foreignCoding = true;
  else if (lower === "keep-alive") head.idleMs = idleHint(value);
}

function keep(head: ResponseHead, name: string, lower: string, value: string): void {
  if (lower === "content-type") head.sse = EVENT_STREAM.test(value);
  else if (lower === "content-length") head.hasLength = true;
  head.headers.push(lower === "x-request-id" ? "x-upstream-request-id" : name, value);
}

/** Tells a proxy in front not to hold events back (contract, section 4, "For SDKs"), whatever the upstream told its own. */
function forbidBuffering(headers: string[]): void {
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    if ((headers[i] as string).toLowerCase() === "x-accel-buffering") headers.splice(i, 2);
  }
  headers.push("x-accel-buffering", "no");
}

function namedByConnection(rawHeaders: readonly string[]): Set<string> | undefined {
  let named: Set<string> | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length !== 10 || name.toLowerCase() !== "connection") continue;
    named = addConnectionNames(rawHeaders[i + 1] as string, GUARDED, named);
  }
  return named;
}

function idleHint(value: string): number | undefined {
  const seconds = IDLE_HINT.exec(value)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
