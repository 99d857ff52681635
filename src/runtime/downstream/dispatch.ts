// What is to be done with this request? Message, own endpoint, path, route, then the route's chain: in this order.

import { replyFor } from "../../plan/replies.ts";
import type { BuiltInEndpoints } from "../endpoints/built-in.ts";
import type { DownstreamSocket, GatewayRequest, GatewayResponse } from "../exchange/connection.ts";
import { type ExchangeHost, LiveExchange } from "../exchange/exchange.ts";
import type { Plan } from "../exchange/plan.ts";
import { run } from "../exchange/run.ts";
import { examine } from "./examine.ts";
import { findRoute } from "./find-route.ts";
import { requestId } from "./request-id.ts";

const EXPECTATION_FAILED = replyFor("expectation_failed");
const BAD_REQUEST = replyFor("bad_request");

/** How the client expects to be answered before it sends a body. */
export type Expectation = "none" | "continue" | "unknown";

export interface DispatchContext extends ExchangeHost {
  readonly plan: Plan<LiveExchange>;
  readonly own: BuiltInEndpoints;
  /** Told of every exchange's beginning. */
  began(x: LiveExchange): void;
}

/** Takes a request from the server to its answer. The plan it begins with is the plan it ends with. */
export function dispatch(
  context: DispatchContext,
  req: GatewayRequest,
  res: GatewayResponse,
  expectation: Expectation,
): void {
  const socket = req.socket as DownstreamSocket;
  // Bytes behind a connection's last request are no request.
  if (socket.lingering) return void req.resume();
  const { plan } = context;
  const { refusal, framing, requestId: sent } = examine(req);
  const x = new LiveExchange(context, plan.responseFormat, requestId(sent), req, res);
  x.framing = framing;
  x.awaitsContinue = expectation === "continue";
  req.exchange = x;
  socket.latest = x;
  context.began(x);
  if (refusal !== undefined) return x.reply(BAD_REQUEST);
  if (expectation === "unknown") return x.reply(EXPECTATION_FAILED);
  route(context, plan, x);
}

function route(context: DispatchContext, plan: Plan<LiveExchange>, x: LiveExchange): void {
  const { method, rawHeaders } = x;
  const { target, own, next } = findRoute(
    { url: x.req.url ?? "", method, rawHeaders },
    plan,
    context.own,
    context.draining,
  );
  x.target = target;
  x.own = own;
  if (next instanceof Promise) return void next.then(x.reply.bind(x), (err: unknown) => x.fail(err, "own endpoint"));
  if ("outcome" in next) return x.reply(next);
  x.route = next;
  run(x, next);
}
