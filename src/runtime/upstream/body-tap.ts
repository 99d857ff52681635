// Describes how a copy of a response's body is read while the response is passed on.

import type { IncomingMessage } from "node:http";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { ResponseHead } from "../headers/response-head.ts";
import type { LinkedUpstream } from "./linked-upstream.ts";

/** Gets the bytes that the upstream sends. It must not throw and must not change them. */
export interface BodyTap {
  /** The next bytes of the body, before they are sent to the client or dropped. Called once for each, in order. */
  push(bytes: Buffer): void;
  /** Called once, after the last `push` and before the exchange ends. @param complete the body came to its end */
  ended(complete: boolean): void;
}

/**
 * Asked once for the response that an exchange passes on, and never for one that another attempt follows. `undefined`: its body
 * is not read. The headers of the response are not kept: what is needed of them has to be read in the call.
 */
export type Meter = (
  x: LiveExchange,
  response: IncomingMessage,
  head: Readonly<ResponseHead>,
  upstream: LinkedUpstream,
) => BodyTap | undefined;
