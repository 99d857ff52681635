// Notices when Node loses bytes that a client sent behind a request with an `upgrade` header (fact F20).
//
// What Node reads after such a loss may begin in the middle of a message. It must not be taken for a request.

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Framing } from "../headers/request-head.ts";

const HEAD_END = "\r\n\r\n";

/** What this file relies on inside of Node. It is not documented: `test/e2e/upgrade-offers.test.ts` checks it on the running Node. */
interface ParsedSocket extends Socket {
  readonly parser?: {
    /** The bytes of the read that is being parsed. */
    getCurrentBuffer?(): Buffer | undefined;
  } | null;
}

/**
 * Calls back when bytes behind this request are lost, or may be: at once, or when the end of the body is read. Must be called
 * while Node parses the headers of the request, and no other request of its connection is in progress.
 */
export function onLostBytes(req: IncomingMessage, framing: Framing, callback: () => void): void {
  const socket: ParsedSocket = req.socket;
  const read = socket.parser?.getCurrentBuffer?.();
  // Only the parser knows where chunks end.
  if (read === undefined || framing.kind === "chunked") return callback();
  const end = headEnd(read, req.method ?? "");
  if (end === undefined) return callback();
  const missing = end + (framing.kind === "length" ? Number(framing.length) : 0) - read.length;
  if (missing < 0) return callback();
  if (missing > 0) atEndOfBody(req, socket.bytesRead + missing, callback);
}

/** Where the headers end that begin in this read; `undefined` when they began in an earlier one. */
function headEnd(read: Buffer, method: string): number | undefined {
  const at = read.indexOf(HEAD_END);
  return at !== -1 && read.toString("latin1", 0, method.length + 1) === `${method} ` ? at + HEAD_END.length : undefined;
}

/** @param end how many bytes of the connection have been read when the last byte of the body has */
function atEndOfBody(req: IncomingMessage, end: number, callback: () => void): void {
  const { socket } = req;
  const { push } = req;
  // Node pushes `null` while it still parses the read in which the body ends. The event `end` can come after further reads.
  req.push = function pushAndCompare(chunk: unknown, encoding?: BufferEncoding): boolean {
    if (chunk === null && socket.bytesRead > end) callback();
    return push.call(req, chunk, encoding);
  };
}
