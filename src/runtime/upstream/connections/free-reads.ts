// Frees the reads of a connection once Node's parser has copied the body out of them. V8 would let up to 32 MB of them pile up.

import type { IncomingMessage } from "node:http";
import { freeBytes } from "../../body/free-bytes.ts";

/**
 * Frees the reads of one response, to its end. Must be called while Node parses its head.
 * @param isInUse whether a part of the body that is not written yet lies in this memory. Should a later Node hand over parts of the
 *   read itself in place of copies, this tells
 */
export function freeReads(response: IncomingMessage, isInUse: (memory: ArrayBufferLike) => boolean): void {
  const { socket } = response;
  // It stands behind Node's own listener, which gives the read to the parser.
  function free(read: Buffer): void {
    if (response.complete) stop();
    if (!isInUse(read.buffer)) freeBytes(read);
  }
  function stop(): void {
    socket.off("data", free);
  }
  socket.on("data", free);
  response.once("close", stop);
}
