// Describes a request as it comes from the server, before it becomes an exchange.

import type { IncomingMessage } from "node:http";
import type { Framing } from "../headers/request-head.ts";
import type { GatewayResponse } from "./connection.ts";

/** A request from the server, after its headers were examined. */
export interface IncomingRequest {
  readonly id: string;
  readonly req: IncomingMessage;
  readonly res: GatewayResponse;
  readonly framing: Framing;
  /** The client waits for `100 Continue` before it sends its body. */
  readonly awaitsContinue: boolean;
  readonly asksWebSocket: boolean;
}
