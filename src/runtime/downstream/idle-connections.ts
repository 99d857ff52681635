// Keeps Node from closing a connection as idle while the last bytes of its response wait for the client.

import type { ClientSocket } from "./client-socket.ts";
import type { GatewayServer } from "./server.ts";

/**
 * Replaces `closeIdleConnections`, which `server.close()` calls, too. Node counts a connection as idle as soon as its response has
 * been handed over completely, and would destroy what a slow client has not taken yet.
 * @param connections all open ones, at the time of each call
 */
export function spareUnsentResponses(server: GatewayServer, connections: Iterable<ClientSocket>): void {
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    const spared = [...connections].filter(({ latest }) => latest?.done === false);
    // Node closes a connection by this method, and in no other way.
    for (const socket of spared) socket.destroy = () => socket;
    closeIdle();
    for (const socket of spared) Reflect.deleteProperty(socket, "destroy");
  };
}
