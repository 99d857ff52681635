// Describes a request as it comes from the server, before it becomes an exchange.

import type { IncomingMessage } from "node:http";
import type { Handshake } from "../../plan/exchange.ts";
import type { Framing } from "../headers/request-head.ts";
import type { GatewayResponse } from "./connection.ts";
import type { EarlyBytes } from "./raw-response.ts";

/** A request from the server, after its headers were examined. */
export interface IncomingRequest {
  readonly id: string;
  readonly req: IncomingMessage;
  readonly res: GatewayResponse;
  readonly framing: Framing;
  /** The client waits for `100 Continue` before it sends its body. */
  readonly awaitsContinue: boolean;
  readonly handshake: Handshake;
  /** Present where Node has handed the connection over, so that it can become a WebSocket. */
  readonly early?: EarlyBytes | undefined;
}
