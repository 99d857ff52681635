// What goes out for a reply of ours? Its body in the plan's form, and a head with everything but what concerns the connection.

import type { Reply } from "../../plan/replies.ts";
import type { RequestInfo, ResponseFormat } from "../../plan/response-format.ts";

export interface RenderedReply {
  /** Flat name, value list; taken over. */
  readonly head: string[];
  readonly body: string;
}

export function renderReply(reply: Reply, asker: RequestInfo, { formatError, addCors }: ResponseFormat): RenderedReply {
  const { body, headers } = formatError === undefined ? reply : formatError(reply, asker);
  const { contentType = "application/json" } = reply;
  const head = body === "" ? [] : ["content-type", contentType, "content-length", `${Buffer.byteLength(body)}`];
  head.push("x-request-id", asker.id, ...headers);
  // A preflight's answer brings its own.
  if (addCors !== undefined && reply.outcome !== "preflight") addCors(head, asker);
  return { head, body };
}
