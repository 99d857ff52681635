// What head goes downstream? The upstream's raw headers less the hop-by-hop ones, with what the gateway adds.

import { addConnectionNames, HOP_BY_HOP, protectedNames } from "./hop-by-hop.ts";

const DROPPED: ReadonlySet<string> = new Set(HOP_BY_HOP);
const GUARDED = protectedNames(["x-request-id"]);

export interface ResponseHeadInput {
  readonly rawHeaders: readonly string[];
  readonly requestId: string;
  /** The response is `text/event-stream`: a proxy in front is told not to hold events back. */
  readonly sse: boolean;
  /** The connection ends with this response. */
  readonly close: boolean;
}

/** The head to write, a flat name, value list. Everything but hop-by-hop headers is kept as it came, repeats included. */
export function responseHead({ rawHeaders, requestId, sse, close }: ResponseHeadInput): string[] {
  const head: string[] = [];
  const named = namedByConnection(rawHeaders);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    const lower = name.toLowerCase();
    if (DROPPED.has(lower) || named?.has(lower)) continue;
    if (lower === "x-request-id") head.push("x-upstream-request-id", rawHeaders[i + 1] as string);
    else if (!(sse && lower === "x-accel-buffering")) head.push(name, rawHeaders[i + 1] as string);
  }
  head.push("x-request-id", requestId);
  if (sse) head.push("x-accel-buffering", "no");
  if (close) head.push("connection", "close");
  return head;
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
