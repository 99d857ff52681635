// Makes the response that is passed on, with what reads and changes its body on the way.

import type { IncomingMessage } from "node:http";
import type { LiveExchange } from "../exchange/exchange.ts";
import { type ResponseHead, withoutLength } from "../headers/response-head.ts";
import type { BodyEdit } from "../model/rename-model.ts";
import { tellsAskedUsage, UsageEventFilter } from "../usage/ask/usage-event-filter.ts";
import { firstEventOf } from "./answers/first-event.ts";
import type { ExchangeTaps } from "./body-tap.ts";
import type { Deadlines } from "./deadlines.ts";
import type { ForwardingContext } from "./forwarding-context.ts";
import type { LinkedUpstream } from "./linked-upstream.ts";
import { type PassedOwner, PassedResponse } from "./passed-response.ts";
import { PassedSocket, type SocketOwner } from "./websocket/passed-socket.ts";

/** Where a response comes from. */
export interface PassedFrom {
  readonly context: ForwardingContext;
  readonly upstream: LinkedUpstream;
  readonly deadlines: Deadlines;
  /** How the request was asked to report its usage; `undefined`: it was not. */
  readonly ask: BodyEdit | undefined;
  /** `undefined`: the exchange is not metered. */
  readonly taps: ExchangeTaps | undefined;
}

/** Makes what passes a WebSocket on. @param taps `undefined`: the exchange is not metered */
export function passedSocket(
  x: LiveExchange,
  { spec }: ForwardingContext,
  upstream: LinkedUpstream,
  taps: ExchangeTaps | undefined,
  owner: SocketOwner,
): PassedSocket {
  const parts = {
    tokenPrefixes: spec.webSocket?.tokenPrefixes ?? [],
    idleMs: upstream.spec.streamIdleTimeoutMs,
    tap: taps?.tapWebSocket?.(),
  };
  return new PassedSocket(x, parts, owner);
}

/** @param head the upstream's. Its headers may be changed here */
export function passedResponse(
  x: LiveExchange,
  response: IncomingMessage,
  head: Readonly<ResponseHead>,
  { context: { isStream, spec }, upstream, deadlines, ask, taps }: PassedFrom,
  owner: PassedOwner,
): PassedResponse {
  const { health, hold } = upstream;
  const watches = health !== undefined && head.sse && !hold?.firstEvent;
  const filters = ask !== undefined && tellsAskedUsage(response.statusCode ?? 0, head);
  const streams = isStream(head.contentType);
  const parts = {
    deadlines,
    streams,
    keepaliveMs: upstream.spec.sseKeepaliveMs,
    firstEvent: watches ? firstEventOf(response.rawHeaders) : undefined,
    tap: taps?.tapResponse(response, head, streams),
    filter: filters ? new UsageEventFilter() : undefined,
    drains: spec.drain !== undefined,
  };
  return new PassedResponse(x, response, filters ? withoutLength(head) : head, parts, owner);
}
