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
}
