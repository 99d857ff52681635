// Closes, resets and identifies a client's connection.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export type GatewayResponse = ServerResponse<IncomingMessage>;

/** A downstream connection. */
export interface DownstreamSocket extends Socket {
  /** Set while a closing connection is read empty: what still comes is not a request any more. */
  lingering?: boolean;
  /** The TCP connection under a TLS one. */
  transport?: Socket;
}

/** How long a client may go on sending after our last byte, ms. */
export const LINGER_MS = 2000;

/**
 * Makes the close that ends this connection a lingering one: half-close, read on for a moment, then close. Closing at once
 * would make the kernel answer the unread bytes with a reset, and the client could lose our reply with it.
 * Takes effect when Node has written everything.
 */
export function lingerOnClose(socket: DownstreamSocket): void {
  if (socket.lingering) return;
  socket.lingering = true;
  socket.destroySoon = () => endAndLinger(socket);
}

/** Half-closes now, and closes when the client does or after `LINGER_MS`. @param lastBytes sent first, as latin1 */
export function endAndLinger(socket: DownstreamSocket, lastBytes?: string): void {
  socket.lingering = true;
  if (lastBytes === undefined) socket.end();
  else socket.end(lastBytes, "latin1");
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(timer));
}

/** Ends a connection so that the client can't take what it received for complete. */
export function resetConnection(socket: DownstreamSocket): void {
  // Node resets TCP connections only. Closing the one under TLS the plain way sends a FIN, which clients take for an end.
  (socket.transport ?? socket).resetAndDestroy();
  socket.destroy();
}

/** The client's address; an IPv4 address stays one when the listener is dual-stack. */
export function peerAddress(socket: Socket): string {
  const address = socket.remoteAddress ?? "unknown";
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}
