// What does the end of every chain do? Writes the upstream head and sends the exchange on its way.

import type { Outcome } from "../../plan/exchange.ts";
import type { ForwardSpec } from "../../plan/forward.ts";
import type { Terminal } from "../../plan/steps.ts";
import { upstreamPath } from "../../plan/target.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import { peerAddress } from "../exchange/peer.ts";
import { requestHeadWriter } from "../headers/request-head.ts";
import { Attempt, type AttemptSpec } from "./attempt.ts";
import type { AgentLease } from "./connections/agents.ts";
import { absoluteForm } from "./connections/proxies/absolute-form.ts";
import { createEngine } from "./http-proxy.ts";

/** Response heads of an upstream may be larger than a client's, bytes (contract, section 4). */
const UPSTREAM_HEAD_BYTES = 64 * 1024;

export type OnUpstreamFailure = (x: LiveExchange, outcome: Outcome, cause: string) => void;

/** Makes the terminal of one route. */
export function forwardTo(spec: ForwardSpec, agents: AgentLease, onFailure: OnUpstreamFailure): Terminal<LiveExchange> {
  const { target, requestTimeoutMs, streamIdleTimeoutMs } = spec;
  const handed = absoluteForm(spec);
  const { hostname, port } = handed?.connectTo ?? target;
  const upstream =
    handed === undefined
      ? agents.agentFor(target, spec.connectTimeoutMs, spec.proxy)
      : agents.agentFor(handed.connectTo, spec.connectTimeoutMs);
  const writeHead = requestHeadWriter(spec);
  const toProxy = handed !== undefined;
  const attemptSpec: AttemptSpec = {
    requestTimeoutMs,
    streamIdleTimeoutMs,
    upstream,
    toProxy,
    onFailure: toProxy ? (x, outcome, cause) => onFailure(x, outcome, proxyCause(outcome, cause)) : onFailure,
  };

  return createEngine(target, upstream.agent, function send(x) {
    x.sending(spec);
    const path = upstreamPath(spec, x.target);
    const headers = writeHead({
      method: x.method,
      rawHeaders: x.rawHeaders,
      framing: x.framing,
      requestId: x.id,
      peer: peerAddress(x.req.socket),
      trace: x.traceHeaders,
    });
    new Attempt(x, attemptSpec, {
      agent: upstream.agent,
      hostname,
      port,
      method: x.method,
      path: handed === undefined ? path : handed.origin + path,
      headers: handed === undefined ? headers : headers.concat(handed.headers),
      maxHeaderSize: UPSTREAM_HEAD_BYTES,
    }).send();
  });
}

/** Whom a request handed to a proxy could not connect to. */
function proxyCause(outcome: Outcome, cause: string): string {
  return outcome === "upstream_connect_error" && !cause.startsWith("proxy ") ? `proxy ${cause}` : cause;
}
