// Links a client's connection to the exchange that began on it last.

import type { DownstreamSocket } from "../exchange/connection.ts";
import type { LiveExchange } from "../exchange/exchange.ts";

/** A parse error or a half-close concerns the latest exchange. */
export interface ClientSocket extends DownstreamSocket {
  latest?: LiveExchange;
}
