// Dispatches a request from the server: examines its headers, finds the route, runs the route's chain of guards.

import type { IncomingMessage } from "node:http";
import { replyFor } from "../../plan/replies.ts";
import type { BuiltInEndpoints } from "../endpoints/built-in.ts";
import type { GatewayResponse } from "../exchange/connection.ts";
import { LiveExchange } from "../exchange/exchange.ts";
import type { ExchangeOwner } from "../exchange/exchange-owner.ts";
import type { Plan } from "../exchange/plan.ts";
import { EarlyBytes, rawResponse } from "../exchange/raw-response.ts";
import { run } from "../exchange/run.ts";
import type { ClientSocket } from "./client-socket.ts";
import { type Expectation, examine } from "./examine.ts";
import { findRoute } from "./find-route.ts";
import { onLostBytes } from "./lost-bytes.ts";
import { requestId } from "./request-id.ts";
import { WaitingLine } from "./waiting-line.ts";

const EXPECTATION_FAILED = replyFor("expectation_failed");

/** The plan generation that a request begins and ends with. */
export interface DispatchContext extends ExchangeOwner<LiveExchange> {
  readonly plan: Plan<LiveExchange>;
  readonly builtIn: BuiltInEndpoints;
  /** Called at the beginning of every exchange. */
  began(x: LiveExchange): void;
}

/** Takes a request that has arrived. If the response before it on its connection has not ended, the request waits in line. */
export function dispatch(
  context: DispatchContext,
  req: IncomingMessage,
  res: GatewayResponse,
  expectation: Expectation,
): void {
  const socket: ClientSocket = req.socket;
  // The connection is being closed: bytes after its last request are not a request.
  if (socket.lingering) return void req.resume();
  // Another response comes before it (fact F12).
  if (res.socket === null) {
    socket.line ??= new WaitingLine(socket);
    return socket.line.add({ req, res, expectation });
  }
  begin(context, req, res, expectation, false);
}

/**
 * Whether a request that offers another protocol can have it: it is a WebSocket, its route takes those, and its connection is free.
 * @param draining as in `DispatchContext`
 */
export function takesWebSocket({ plan, builtIn, draining }: DispatchContext, req: IncomingMessage): boolean {
  const { latest, line, lingering }: ClientSocket = req.socket;
  if (lingering || latest?.done === false || line?.isEmpty === false || req.headers.expect !== undefined) return false;
  const { refusal, handshake } = examine(req);
  if (refusal !== undefined || handshake !== "ready") return false;
  const { url = "", method = "", rawHeaders } = req;
  const match = findRoute({ url, method, rawHeaders }, plan, builtIn, draining);
  return match.kind === "route" && match.route.takesWebSockets === true;
}

/** Takes a request that `takesWebSocket`. Node's server has handed its connection over. @param head what came behind it */
export function dispatchUpgrade(
  context: DispatchContext,
  req: IncomingMessage,
  socket: ClientSocket,
  head: Buffer,
): void {
  // Node has taken its own listeners off. Without one, a reset would end the process (fact F22).
  socket.on("error", () => {});
  const early = new EarlyBytes(socket, head);
  begin(context, req, rawResponse(req, socket, early), "none", false, early);
}

/**
 * Begins the exchange of a request.
 * @param waited it stood in the line of its connection
 * @param early present where Node's server has handed the connection over
 */
export function begin(
  context: DispatchContext,
  req: IncomingMessage,
  res: GatewayResponse,
  expectation: Expectation,
  waited: boolean,
  early?: EarlyBytes,
): void {
  const { refusal, framing, requestId: sentId, offersUpgrade, handshake } = examine(req);
  const awaitsContinue = expectation === "continue";
  const x = new LiveExchange(context, { id: requestId(sentId), req, res, framing, awaitsContinue, handshake, early });
  (req.socket as ClientSocket).latest = x;
  context.began(x);
  if (offersUpgrade) {
    // It can't be known any more what followed a request that waited. A connection that was handed over takes no other request.
    if (waited || early !== undefined) x.endConnectionAfter();
    else onLostBytes(req, framing, () => x.endConnectionAfter());
  }
  if (refusal !== undefined) {
    x.noteCause(refusal.cause);
    return x.reply(refusal.reply);
  }
  if (expectation === "unknown") return x.reply(EXPECTATION_FAILED);
  route(context, x);
}

function route({ plan, builtIn, draining }: DispatchContext, x: LiveExchange): void {
  const { method, rawHeaders } = x;
  const match = findRoute({ url: x.req.url ?? "", method, rawHeaders }, plan, builtIn, draining);
  x.setTarget(match.target);
  switch (match.kind) {
    case "builtIn":
      return x.answerBuiltIn(match.reply);
    case "refused":
      return x.reply(match.reply);
    case "route":
      x.takeRoute(match.route);
      return run(x, match.route);
  }
}
