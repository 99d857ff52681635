// Describes how copies of the bodies of an exchange are read while they pass.

import type { IncomingMessage } from "node:http";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { ResponseHead } from "../headers/response-head.ts";

/** Gets the bytes that the upstream sends. It must not throw and must not change them. */
export interface BodyTap {
  /** The next bytes of the body, before they are sent to the client or dropped. Called once for each, in order. */
  push(bytes: Buffer): void;
  /** Called once, after the last `push` and before the exchange ends. @param complete the body came to its end */
  ended(complete: boolean): void;
}

/** Reads along with one exchange that is metered. */
export interface ExchangeTaps {
  /** Gets the bytes of the request's body as they go upstream, each once, in order; `undefined`: they are not read. */
  readonly requestTap: Pick<BodyTap, "push"> | undefined;
  /**
   * A response came whose passing on is not decided yet. If the exchange ends now, its body is not read.
   * @param status `undefined`: it is not passed on, another attempt follows
   */
  held(status: number | undefined): void;
  /**
   * Asked for the response that the exchange passes on. Another one follows only when it broke before anything of it was passed
   * on; `held(undefined)` then says so. `undefined`: its body is not read. The headers of the response are not kept: what is
   * needed of them has to be read in the call.
   * @param streams its content type says that it is a stream
   */
  tapResponse(response: IncomingMessage, head: Readonly<ResponseHead>, streams: boolean): BodyTap | undefined;
}

/** Begins to meter an exchange that goes upstream; `undefined`: it is not metered. */
export type Meter = (x: LiveExchange) => ExchangeTaps | undefined;
