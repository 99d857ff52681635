// Closes or resets a client's connection, and reads the client's address.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { ConnectionMemory } from "../../plan/exchange.ts";

export type GatewayResponse = ServerResponse<IncomingMessage>;

/** A downstream connection. */
export interface DownstreamSocket extends Socket {
  /** The connection is being closed. Bytes that still arrive are read and dropped, and are not a request. */
  lingering?: boolean;
  /** Present once a guard asked for it. */
  memory?: ConnectionMemory;
  /** The TCP connection under a TLS one. */
  transport?: Socket;
}

/** How long a client may go on sending after our last byte, ms. */
export const LINGER_MS = 2000;

/**
 * Makes Node's close of this connection a lingering one: half-close, read on for a moment, then close. If it were closed at
 * once, the kernel would answer unread bytes with a reset, and the client could lose our reply.
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

/** Resets a connection, so that the client notices that the response is incomplete. */
export function resetConnection(socket: DownstreamSocket): void {
  // Node can reset only a TCP connection: with TLS, that is `transport`. A normal close would send a FIN, and clients would treat
  // that as the end of the body.
  (socket.transport ?? socket).resetAndDestroy();
  socket.destroy();
}

/** The client's address. A dual-stack listener shows IPv4 addresses as `::ffff:…`; they are given without that prefix. */
export function peerAddress(socket: Socket): string {
  const address = socket.remoteAddress ?? "unknown";
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}
