// How is a connection closed while the client still sends? Half-close, read on for a moment, then close.
// Closing at once would make the kernel answer the unread bytes with a reset, which can take the reply with it.

import type { DownstreamSocket } from "./connection.ts";

/** How long a client may go on sending after our last byte, ms. */
export const LINGER_MS = 2000;

/** Makes the close that ends this connection a lingering one. Takes effect when Node is done writing to it. */
export function lingerOnClose(socket: DownstreamSocket): void {
  if (socket.lingering) return;
  socket.lingering = true;
  socket.destroySoon = () => endAndLinger(socket);
}

/** Half-closes now, with last words if there are any, and closes when the client does or the time is over. */
export function endAndLinger(socket: DownstreamSocket, lastWords?: string): void {
  socket.lingering = true;
  if (lastWords === undefined) socket.end();
  else socket.end(lastWords, "latin1");
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(timer));
}
