// Links a client's connection to its exchange in progress, and to the requests that wait behind it.

import type { DownstreamSocket } from "../exchange/connection.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { WaitingLine } from "./waiting-line.ts";

export interface ClientSocket extends DownstreamSocket {
  /** The exchange that began last. A connection has at most one in progress, so a parse error or a half-close concerns this one. */
  latest?: LiveExchange;
  /** Present once a request had to wait. */
  line?: WaitingLine;
}
