// Who is at the other end of a connection?

import type { Socket } from "node:net";

/** The peer's address; an IPv4 address stays one when the listener is dual-stack. */
export function peerAddress(socket: Socket): string {
  const address = socket.remoteAddress ?? "unknown";
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}
