// Links one upstream of a route: its agent, its engine, its header rules and its in-flight gate.

import type { Outcome } from "../../plan/exchange.ts";
import type { ForwardSpec, UpstreamSpec } from "../../plan/forward.ts";
import { peerAddress } from "../exchange/connection.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { ChosenUpstream } from "../exchange/record.ts";
import { requestHeadWriter } from "../headers/request-head.ts";
import { requestTargetWriter } from "../headers/request-target.ts";
import { gateKey, type LimitsLease } from "../limits/limits-lease.ts";
import type { UpstreamGate } from "../limits/upstream-gate.ts";
import type { AgentLease, UpstreamAgent } from "./connections/agents.ts";
import { absoluteForm } from "./connections/proxies/absolute-form.ts";
import { createEngine, type Engine, type UpstreamRequest } from "./http-proxy.ts";
import { canBeKept } from "./kept-body.ts";

export interface LinkedUpstream extends ChosenUpstream {
  readonly spec: UpstreamSpec;
  readonly agent: UpstreamAgent;
  readonly engine: Engine;
  /** Requests are sent to an outbound proxy in absolute-form. The proxy may answer itself. */
  readonly toProxy: boolean;
  /** Counts its requests in flight; `undefined` without a limit. */
  readonly gate: UpstreamGate | undefined;
  /** Makes the request to send. @param trace replaces the client's own trace headers */
  request(x: LiveExchange, trace: readonly string[] | undefined): UpstreamRequest;
  /** The cause of a failure, as it is logged. */
  describe(outcome: Outcome, cause: string): string;
}

/** The leases of the plan that the upstream belongs to. */
export interface UpstreamParts {
  readonly agents: AgentLease;
  readonly limits: LimitsLease;
}

export function linkUpstream(
  forward: ForwardSpec,
  spec: UpstreamSpec,
  { agents, limits }: UpstreamParts,
): LinkedUpstream {
  const { target, keyDigest, limit } = spec;
  const absolute = absoluteForm(spec);
  const toProxy = absolute !== undefined;
  const connectTo = absolute?.connectTo ?? target;
  const agent = agents.agentFor({
    target: connectTo,
    connectTimeoutMs: spec.connectTimeoutMs,
    tunnel: toProxy ? undefined : spec.proxy,
    // A request in absolute-form is for a plain http upstream: TLS may be used with the proxy, but not with the upstream.
    tls: target.protocol === "https:" ? spec.tls : undefined,
  });
  const writeHead = requestHeadWriter(spec);
  const writeTarget = requestTargetWriter(forward, spec);
  const key = gateKey(forward.routeId, keyDigest);
  return {
    id: spec.id,
    host: target.host,
    gateKey: key,
    spec,
    agent,
    engine: createEngine(connectTo, agent.agent),
    toProxy,
    gate: limit === undefined ? undefined : limits.gate(key, limit.max, limit.maxWaiting),
    request(x, trace) {
      const path = writeTarget(x.target);
      const headers = writeHead({
        method: x.method,
        rawHeaders: x.rawHeaders,
        framing: x.framing,
        requestId: x.id,
        peer: peerAddress(x.req.socket),
        trace,
      });
      const sentOnce = !canBeKept(x.framing);
      return absolute === undefined
        ? { method: x.method, path, headers, sentOnce }
        : { method: x.method, path: absolute.origin + path, headers: headers.concat(absolute.headers), sentOnce };
    },
    describe: toProxy ? proxyCause : (_outcome, cause) => cause,
  };
}

/** Makes it clear that the proxy could not be connected to, not the upstream. */
function proxyCause(outcome: Outcome, cause: string): string {
  return outcome === "upstream_connect_error" && !cause.startsWith("proxy ") ? `proxy ${cause}` : cause;
}
