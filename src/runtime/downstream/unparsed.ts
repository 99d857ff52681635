// Writes a reply on a connection without a response object: to bytes that are no request, and to CONNECT.

import { STATUS_CODES } from "node:http";
import { type Reply, replyFor } from "../../plan/replies.ts";
import type { ResponseFormat } from "../../plan/response-format.ts";
import { type DownstreamSocket, endAndLinger } from "../exchange/connection.ts";
import { eachHeader } from "../headers/find-header.ts";
import { renderReply } from "../replies/render-reply.ts";

/** The reply to CONNECT. A 405 names the methods that are allowed (RFC 9110, section 15.5.6): those that a route can have. */
export const CONNECT_REFUSED: Reply = Object.freeze({
  ...replyFor("method_not_allowed", {
    message:
      "The gateway is no forward proxy, so it does not take CONNECT. Remove it from the proxy settings (HTTPS_PROXY), and use its address as the base URL.",
    headers: ["allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"],
  }),
  close: true,
});

/** Writes the reply, and closes the connection. Nothing is known of the request. */
export function writeUnparsed(socket: DownstreamSocket, reply: Reply, requestId: string, format: ResponseFormat): void {
  const { head, body } = renderReply(reply, { id: requestId, rawHeaders: [] }, format);
  head.push("date", new Date().toUTCString(), "connection", "close");
  const lines = [`HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status]}`];
  eachHeader(head, (name, value) => lines.push(`${name}: ${value}`));
  endAndLinger(socket, `${lines.join("\r\n")}\r\n\r\n${body}`);
}
