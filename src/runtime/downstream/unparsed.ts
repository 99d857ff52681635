// Answers a client whose bytes the HTTP parser refuses, or whose headers come too slowly (contract, section 4: 400, 408, 431).

import { STATUS_CODES } from "node:http";
import { type Reply, type ReplyCode, replyFor } from "../../plan/replies.ts";
import type { ResponseFormat } from "../../plan/response-format.ts";
import { type DownstreamSocket, endAndLinger } from "../exchange/connection.ts";
import { eachHeader } from "../headers/find-header.ts";
import { renderReply } from "../replies/render-reply.ts";

const CODES: Readonly<Record<string, ReplyCode>> = {
  HPE_HEADER_OVERFLOW: "headers_too_large",
  ERR_HTTP_REQUEST_TIMEOUT: "request_timeout",
};

/** The reply for a parser's error; `undefined` when the client is gone. */
export function refusalFor(err: NodeJS.ErrnoException): Reply | undefined {
  const code = err.code ?? "";
  // The client stopped in the middle of a message: it is gone, and can't read a reply.
  if (code === "HPE_INVALID_EOF_STATE") return undefined;
  if (code in CODES) return replyFor(CODES[code] as ReplyCode);
  return code.startsWith("HPE_") ? replyFor("bad_request") : undefined;
}

/** Writes a reply on a connection that has no response object, and closes the connection. Nothing is known of the request. */
export function writeUnparsed(socket: DownstreamSocket, reply: Reply, requestId: string, format: ResponseFormat): void {
  const { head, body } = renderReply(reply, { id: requestId, rawHeaders: [] }, format);
  head.push("connection", "close");
  const lines = [`HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status]}`];
  eachHeader(head, (name, value) => lines.push(`${name}: ${value}`));
  endAndLinger(socket, `${lines.join("\r\n")}\r\n\r\n${body}`);
}
