// Turns a reply of the gateway into headers and a body, in the response format that the config asks for.

import type { Reply } from "../../plan/replies.ts";
import type { RequestInfo, ResponseFormat, ResponseFormatSpec } from "../../plan/response-format.ts";
import { corsAdder } from "./cors-headers.ts";
import { errorFormatterOf } from "./error-format.ts";

/** Builds the response format of a plan, once. What is not configured is `undefined`, and costs nothing per response. */
export function createResponseFormat({ format, cors }: ResponseFormatSpec): ResponseFormat {
  return Object.freeze({ formatError: errorFormatterOf(format), addCors: cors && corsAdder(cors) });
}

export interface RenderedReply {
  /** A flat name, value list, without `connection`. The caller may change it. */
  readonly head: string[];
  readonly body: string;
}

/** Renders one reply to one request. */
export function renderReply(
  reply: Reply,
  request: RequestInfo,
  { formatError, addCors }: ResponseFormat,
): RenderedReply {
  const { body, headers } = formatError === undefined ? reply : formatError(reply, request);
  const { contentType = "application/json" } = reply;
  const head = body === "" ? [] : ["content-type", contentType, "content-length", `${Buffer.byteLength(body)}`];
  head.push("x-request-id", request.id, ...headers);
  // The reply to a preflight has CORS headers of its own.
  if (addCors !== undefined && reply.outcome !== "preflight") addCors(head, request);
  return { head, body };
}
