// What does the end of every chain do? Writes the upstream head and sends the exchange on its way.

import type { Outcome } from "../../plan/exchange.ts";
import type { ForwardSpec } from "../../plan/forward.ts";
import type { Terminal } from "../../plan/steps.ts";
import { upstreamPath } from "../../plan/target.ts";
import type { LiveExchange } from "../exchange.ts";
import { requestHeadWriter } from "../headers/request-head.ts";
import { peerAddress } from "../peer.ts";
import type { AgentPool } from "./agents.ts";
import { Attempt, type AttemptSpec } from "./attempt.ts";
import { createEngine } from "./proxy.ts";

/** Response heads of an upstream may be larger than a client's, bytes (spec section 4). */
const UPSTREAM_HEAD_BYTES = 64 * 1024;

export type OnUpstreamFailure = (x: LiveExchange, outcome: Outcome, cause: string) => void;

/** Makes the terminal of one route. */
export function forwardTo(spec: ForwardSpec, agents: AgentPool, onFailure: OnUpstreamFailure): Terminal<LiveExchange> {
  const { target, requestTimeoutMs, streamIdleTimeoutMs } = spec;
  const upstream = agents.agentFor(target, spec.connectTimeoutMs);
  const writeHead = requestHeadWriter(spec);
  const attemptSpec: AttemptSpec = { requestTimeoutMs, streamIdleTimeoutMs, upstream, onFailure };

  return createEngine(target, upstream.agent, function send(x) {
    x.sending(spec);
    new Attempt(x, attemptSpec, {
      agent: upstream.agent,
      hostname: target.hostname,
      port: target.port,
      method: x.method,
      path: upstreamPath(spec, x.target),
      headers: writeHead({
        method: x.method,
        rawHeaders: x.rawHeaders,
        framing: x.framing,
        requestId: x.id,
        peer: peerAddress(x.req.socket),
        trace: x.traceHeaders,
      }),
      maxHeaderSize: UPSTREAM_HEAD_BYTES,
    }).send();
  });
}
