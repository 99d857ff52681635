// The request and response objects of our server: Node's own, with a place for the exchange they belong to.

import { IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { LiveExchange } from "./exchange.ts";

/** What `http.createServer({ IncomingMessage })` makes: passes of http-proxy find the exchange on it. */
export class GatewayRequest extends IncomingMessage {
  exchange: LiveExchange | undefined = undefined;
}

export type GatewayResponse = ServerResponse<GatewayRequest>;

/** A downstream connection. */
export interface DownstreamSocket extends Socket {
  /** The exchange begun last on this connection: what a parse error or a half-close concerns. */
  latest?: LiveExchange;
  /** Set while a closing connection is read empty: nothing that comes is a request any more. */
  lingering?: boolean;
  /** The TCP connection under a TLS one. */
  transport?: Socket;
}

/** Ends a connection so that nobody takes what came on it for whole. */
export function resetConnection(socket: DownstreamSocket): void {
  // Node resets TCP connections only. A plain close of the one under TLS is a FIN, which clients take for an end.
  (socket.transport ?? socket).resetAndDestroy();
  socket.destroy();
}
