// Handles what the HTTP parser refuses: finds the reply and the cause, and whether a reply can still be sent
// (contract, section 4: 400, 408, 431).

import { replyFor } from "../../plan/replies.ts";
import type { ClientSocket } from "./client-socket.ts";
import type { Refusal } from "./refusal.ts";

/** An error of Node's HTTP server, with what its parser adds. */
export interface ParseError extends NodeJS.ErrnoException {
  /** The bytes that were read last. */
  readonly rawPacket?: Buffer;
}

const BAD_REQUEST = replyFor("bad_request");
const TOO_LARGE = replyFor("headers_too_large");
const TOO_SLOW = replyFor("request_timeout");
const TLS_HERE = replyFor("bad_request", {
  message: "This port of the gateway speaks plain HTTP. Use http:// in the base URL, or turn on inbound_tls.",
});
const HTTP2_HERE = replyFor("bad_request", {
  message: "The gateway speaks HTTP/1.1. Turn off HTTP/2 without TLS (prior knowledge) in the client.",
});
const PLAIN_HERE = replyFor("bad_request", {
  message: "This port of the gateway speaks TLS. Use https:// in the base URL.",
});

/** The first byte of a TLS record that begins a handshake, and the major version that follows. */
const TLS_HANDSHAKE = 0x16;
const TLS_MAJOR = 0x03;

/** The refusal for a parser's error; `undefined` when the client is gone. */
export function refusalFor(err: ParseError): Refusal | undefined {
  const code = err.code ?? "";
  switch (code) {
    // The client stopped in the middle of a message: it is gone, and can't read a reply.
    case "HPE_INVALID_EOF_STATE":
      return undefined;
    case "HPE_HEADER_OVERFLOW":
      return { reply: TOO_LARGE, cause: "header too large" };
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return { reply: TOO_SLOW, cause: code };
    case "HPE_PAUSED_H2_UPGRADE":
      return { reply: HTTP2_HERE, cause: "HTTP/2 preface" };
    case "ERR_SSL_HTTP_REQUEST":
      return { reply: PLAIN_HERE, cause: "plain HTTP on a TLS listener" };
  }
  if (!code.startsWith("HPE_")) return undefined;
  const beginsTls = err.rawPacket?.[0] === TLS_HANDSHAKE && err.rawPacket[1] === TLS_MAJOR;
  return beginsTls ? { reply: TLS_HERE, cause: "TLS on a plain listener" } : { reply: BAD_REQUEST, cause: code };
}

/**
 * Ends a connection whose bytes can't be parsed. The requests before them are answered first.
 * @param refuse writes the refusal of bytes that belong to no exchange, and closes the connection
 */
export function onParseError(
  err: ParseError,
  socket: ClientSocket,
  refuse: (socket: ClientSocket, refusal: Refusal) => void,
): void {
  const refusal = refusalFor(err);
  const { latest: x, line } = socket;
  if (refusal === undefined) return void socket.destroy();
  // The last response of the connection has been given, and what comes now is dropped. Closing it at once could destroy that response.
  if (socket.lingering) return;
  if (line?.isEmpty === false) {
    line.error = err;
    return;
  }
  if (x === undefined || x.done) {
    // Without a byte, nobody waits for a reply.
    if (!socket.writable || socket.bytesRead === 0) socket.destroy();
    else refuse(socket, refusal);
    return;
  }
  // The request is complete and gets its response. The bytes that can't be parsed came after it.
  if (x.req.complete) return x.endConnectionAfter();
  // The body of this request is malformed. A reply can't be sent if a response has begun.
  if (x.responder.begun) return void socket.destroy();
  x.noteCause(refusal.cause);
  x.reply(refusal.reply);
}
