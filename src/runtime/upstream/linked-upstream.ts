// Links one upstream of a route: its agent, its engine, its header rules, its in-flight gate, and the models it takes.

import type { Outcome } from "../../plan/exchange.ts";
import type { ForwardSpec, RetrySpec, UpstreamSpec } from "../../plan/forward.ts";
import { peerAddress } from "../exchange/connection.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import type { ChosenUpstream } from "../exchange/record.ts";
import { upstreamHeadWriter } from "../headers/accept-encoding.ts";
import { linkedFilter } from "../headers/header-filter.ts";
import type { Framing } from "../headers/request-head.ts";
import { requestTargetWriter } from "../headers/request-target.ts";
import { addHandshake, handshakeRules } from "../headers/websocket-head.ts";
import type { Gate } from "../limits/gate.ts";
import type { UpstreamHealth } from "../limits/health.ts";
import { gateKey, type LimitsLease } from "../limits/limits-lease.ts";
import { applyEdits, type BodyEdit, lengthChange } from "../model/rename-model.ts";
import type { RequestModels } from "../model/request-model.ts";
import { type Takes, upstreamModels } from "../model/upstream-models.ts";
import { onlyIdentity } from "../usage/ask/only-identity.ts";
import { type AttemptTimes, hasLimits } from "./attempt-limits.ts";
import type { AgentLease, UpstreamAgent } from "./connections/agents.ts";
import { absoluteForm } from "./connections/proxies/absolute-form.ts";
import type { HoldRules } from "./held-answer.ts";
import { createEngine, type Engine, type UpstreamRequest } from "./http-proxy.ts";
import { canBeKept, KEEP_BYTES } from "./kept-body.ts";

export interface LinkedUpstream extends ChosenUpstream {
  readonly spec: UpstreamSpec;
  readonly agent: UpstreamAgent;
  readonly engine: Engine;
  /** What WebSockets are sent by, where that is something else: through a tunnel where requests go in absolute-form. */
  readonly webSocket: { readonly engine: Engine } | undefined;
  /** Requests are sent to an outbound proxy in absolute-form. The proxy may answer itself. */
  readonly toProxy: boolean;
  /** Counts its requests in flight; `undefined` without a limit. */
  readonly gate: Gate | undefined;
  readonly weight: number;
  /** `undefined` for the single upstream of a route, which is asked in any case. */
  readonly health: UpstreamHealth | undefined;
  /** Why its answers would be held; `undefined`: for no reason. */
  readonly hold: HoldRules | undefined;
  /** The limits of one attempt; `undefined`: there are none. */
  readonly attemptTimes: AttemptTimes | undefined;
  /** Whether it takes requests for these models. */
  takes(models: RequestModels): Takes;
  /**
   * Makes the request to send.
   * @param trace replaces the client's own trace headers
   * @param prepared what is known of the request: the models it names, and how it is asked for its usage
   */
  request(x: LiveExchange, trace: readonly string[] | undefined, prepared: RequestChanges | undefined): UpstreamRequest;
  /** The cause of a failure, as it is logged. */
  describe(outcome: Outcome, cause: string): string;
}

/** What a request's body is changed by. */
export interface RequestChanges {
  readonly models: RequestModels;
  /** `undefined`: it is not asked for its usage. */
  readonly ask: BodyEdit | undefined;
}

/** An upstream of a pool. */
export interface PooledUpstream extends LinkedUpstream {
  readonly health: UpstreamHealth;
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
  const { target, limit } = spec;
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
  const handshake = handshakeRules(forward);
  const writeHead = upstreamHeadWriter(forward, spec, { makeFilter: linkedFilter });
  const writeTarget = requestTargetWriter(forward, spec);
  const key = gateKey(forward.routeId, spec.keyDigest, forward.pool === undefined ? undefined : spec.id);
  const keepBytes = repeats(forward.retry) ? forward.retry.maxBodyBytes : KEEP_BYTES;
  const times = { attemptTimeoutMs: forward.retry?.attemptTimeoutMs, firstByteTimeoutMs: spec.firstByteTimeoutMs };
  const ofModels = upstreamModels(spec);
  return {
    id: spec.id,
    host: target.host,
    gateKey: key,
    spec,
    agent,
    engine: createEngine(connectTo, agent.agent),
    webSocket: handshake && toProxy ? tunnelled(spec, agents) : undefined,
    toProxy,
    gate: limit === undefined ? undefined : limits.gate(key, limit.max, limit.maxWaiting),
    weight: spec.weight,
    health: forward.pool && limits.health(forward.routeId, spec, forward.pool.cooldown),
    hold: holdRules(forward, spec),
    attemptTimes: hasLimits(times) ? times : undefined,
    takes: ofModels.takes,
    request(x, trace, prepared) {
      const edits = prepared && bodyEdits(ofModels.edit(prepared.models), prepared.ask);
      const path = writeTarget(x.target);
      const head = writeHead({
        method: x.method,
        rawHeaders: x.rawHeaders,
        framing: edits === undefined ? x.framing : lengthened(x.framing, edits),
        requestId: x.id,
        peer: peerAddress(x.req.socket),
        trace,
      });
      const webSocket = handshake !== undefined && x.handshake === "ready";
      if (webSocket) {
        addHandshake(head, x.rawHeaders, handshake, spec.headers.remove);
        return { method: x.method, path, headers: head, sentOnce: false, edit: undefined, webSocket };
      }
      const headers = prepared?.ask === undefined ? head : onlyIdentity(head);
      return {
        webSocket,
        method: x.method,
        path: absolute === undefined ? path : absolute.origin + path,
        headers: absolute === undefined ? headers : headers.concat(absolute.headers),
        sentOnce: !canBeKept(x.framing, keepBytes),
        edit: edits && ((chunks) => applyEdits(chunks, edits)),
      };
    },
    describe: toProxy ? proxyCause : (_outcome, cause) => cause,
  };
}

/** A proxy that gets a request in absolute-form may not pass an upgrade on. Clients of WebSockets use CONNECT (RFC 6455, section 4.1). */
function tunnelled({ target, connectTimeoutMs, proxy }: UpstreamSpec, agents: AgentLease): { readonly engine: Engine } {
  const { agent } = agents.agentFor({ target, connectTimeoutMs, tunnel: proxy, tls: undefined });
  return { engine: createEngine(target, agent) };
}

/** The answers of an upstream are held where another attempt may follow, and where the first byte is waited for. */
function holdRules({ retry, pool }: ForwardSpec, { firstByteTimeoutMs }: UpstreamSpec): HoldRules | undefined {
  const errors = repeats(retry) || pool !== undefined;
  const firstByte = firstByteTimeoutMs !== undefined;
  if (!errors && !firstByte) return undefined;
  return { errors, firstEvent: repeats(retry) && retry.retryOn.includes("overloaded_event"), firstByte };
}

/** Whether more than one attempt may be made. */
export function repeats(retry: RetrySpec | undefined): retry is RetrySpec {
  return retry !== undefined && retry.maxAttempts > 1;
}

/** Both edits, where there are any. They never overlap: one replaces a string, the other is about another member. */
function bodyEdits(rename: BodyEdit | undefined, ask: BodyEdit | undefined): readonly BodyEdit[] | undefined {
  if (ask === undefined) return rename && [rename];
  return rename === undefined ? [ask] : [rename, ask];
}

function lengthened(framing: Framing, edits: readonly BodyEdit[]): Framing {
  if (framing.kind !== "length") return framing;
  const by = edits.reduce((sum, edit) => sum + lengthChange(edit), 0);
  return { kind: "length", length: String(Number(framing.length) + by) };
}

/** Makes it clear that the proxy could not be connected to, not the upstream. */
function proxyCause(outcome: Outcome, cause: string): string {
  return outcome === "upstream_connect_error" && !cause.startsWith("proxy ") ? `proxy ${cause}` : cause;
}
