// Keeps one keep-alive agent for each upstream, shared by the plans that use it.

import { hash } from "node:crypto";
import http, { type AgentOptions } from "node:http";
import https from "node:https";
import type { ProxySpec, UpstreamTarget, UpstreamTlsSpec } from "../../../plan/forward.ts";
import { UsagePool } from "../../limits/usage-pool.ts";
import { type PooledAgent, pooled } from "./pooled-agent.ts";
import { type Dialer, tunnelThrough } from "./proxies/tunnel.ts";
import { DEFAULT_IDLE_TIMES, type IdleTimes, isYoung } from "./upstream-socket.ts";
import { readTlsFiles, type TlsFiles, tlsKey, type UpstreamTls, upstreamTls } from "./upstream-tls.ts";

/** The maximum number of idle connections to one upstream. */
const MAX_IDLE = 1024;

/** Longest attempt to connect to one of an upstream's several addresses, ms. Node's 250 ms is too short for distant providers. */
const ADDRESS_ATTEMPT_MS = 2500;

/** The agent of one upstream, as attempts use it. */
export interface UpstreamAgent {
  readonly agent: http.Agent;
  readonly times: IdleTimes;
  /** Closes every idle connection. Called when one turned out stale, since the others may be stale, too. */
  dropIdle(): void;
}

interface SweptAgent extends UpstreamAgent {
  /** Closes the connections that have been idle for too long. @param now ms since the epoch */
  sweep(now: number): void;
}

/** How connections to an upstream are made. */
export interface ConnectionSpec {
  readonly target: UpstreamTarget;
  /** Longest time for DNS, TCP, the proxy's handshake and TLS together, ms. */
  readonly connectTimeoutMs: number;
  /** The proxy that a tunnel leads through. */
  readonly tunnel: ProxySpec | undefined;
  /** Only for an `https` target. */
  readonly tls: UpstreamTlsSpec | undefined;
}

/** The settings of connections to an upstream. Upstreams with the same settings share one agent. */
interface Connecting extends Omit<ConnectionSpec, "tls"> {
  readonly tls: TlsFiles | undefined;
  readonly times: IdleTimes;
  readonly extraCas: Buffer | undefined;
}

/** The agents that one plan uses. */
export interface AgentLease {
  /** The agent for an upstream. The files of `tls` are read now: when they have changed, it is another agent. */
  agentFor(spec: ConnectionSpec): UpstreamAgent;
  /** The plan's last exchange has ended: closes the agents that no other plan uses. Their connections are all idle by then. */
  release(): void;
}

/** All agents of a gateway. Plans with the same upstream share its agent, so connections survive a reload. */
export class AgentPool {
  readonly #agents = new UsagePool<SweptAgent>(({ agent }) => agent.destroy());
  readonly #times: IdleTimes;
  readonly #sweeper: NodeJS.Timeout;
  readonly #extraCas: Buffer | undefined;

  /**
   * @param times those that differ from the defaults
   * @param extraCas the contents of the file in NODE_EXTRA_CA_CERTS
   */
  constructor(times: Partial<IdleTimes> = {}, extraCas?: Buffer) {
    this.#extraCas = extraCas;
    this.#times = { ...DEFAULT_IDLE_TIMES, ...times };
    this.#sweeper = setInterval(() => this.#sweep(), this.#times.sweepMs).unref();
  }

  /** Opens the lease of a plan that is about to be linked. */
  lease(): AgentLease {
    const lease = this.#agents.lease();
    return {
      agentFor: ({ target, connectTimeoutMs, tunnel, tls }) => {
        const files = tls && readTlsFiles(tls);
        const connecting = {
          target,
          connectTimeoutMs,
          tunnel,
          tls: files,
          times: this.#times,
          extraCas: this.#extraCas,
        };
        return lease.get(keyOf(connecting), () => makeAgent(connecting));
      },
      release: () => lease.release(),
    };
  }

  /** How many upstreams have an agent. */
  get size(): number {
    return this.#agents.values().length;
  }

  /** Closes every connection, idle or not. */
  close(): void {
    clearInterval(this.#sweeper);
    for (const { agent } of this.#agents.values()) agent.destroy();
  }

  #sweep(): void {
    const now = Date.now();
    for (const agent of this.#agents.values()) agent.sweep(now);
  }
}

/** Other proxy credentials make another key, since the proxy may treat those connections differently. */
function keyOf({ target: { protocol, hostname, port }, connectTimeoutMs, tunnel, tls }: Connecting): string {
  const upstream = `${protocol}//${hostname}:${port} ${connectTimeoutMs} ${tls === undefined ? "" : tlsKey(tls)}`;
  if (tunnel === undefined) return upstream;
  const { username, password } = tunnel.credentials ?? {};
  const credentials = hash("sha256", JSON.stringify([username?.reveal(), password?.reveal()]));
  return `${upstream} ${tunnel.protocol}//${tunnel.hostname}:${tunnel.port} ${credentials}`;
}

function makeAgent(connecting: Connecting): SweptAgent {
  const { target, connectTimeoutMs, tunnel, tls, extraCas } = connecting;
  if (tls?.failure !== undefined) return dialedAgent(connecting, failing(tls.failure));
  const secured = target.protocol === "https:" ? upstreamTls(target.hostname, tls, extraCas) : undefined;
  if (tunnel !== undefined) {
    const attempt = attemptMs(connectTimeoutMs);
    return dialedAgent(connecting, tunnelThrough(tunnel, target, secured, connectTimeoutMs, attempt));
  }
  return secured === undefined ? plainAgent(connecting) : secureAgent(connecting, secured);
}

/**
 * The options of every agent. All others keep Node's defaults: the last idle connection is taken first, and no request
 * waits for a connection (`maxSockets`), since an agent has no deadline for waiting.
 */
function agentOptions({ target: { hostname, port }, connectTimeoutMs }: Connecting) {
  // Only a few: each connection keeps a copy of them for its life.
  return {
    host: hostname,
    port,
    autoSelectFamilyAttemptTimeout: attemptMs(connectTimeoutMs),
    keepAlive: true,
  };
}

function plainAgent(connecting: Connecting): SweptAgent {
  const { connectTimeoutMs, times } = connecting;
  const Pooled = pooled(http.Agent, { ready: "connect", connectTimeoutMs, times });
  // With an empty name, Node does not search each request for one.
  const agent = new Pooled({ ...agentOptions(connecting), servername: "" } as AgentOptions);
  return sweptAgent(agent, times);
}

function secureAgent(connecting: Connecting, tls: UpstreamTls): SweptAgent {
  const { connectTimeoutMs, times } = connecting;
  const Pooled = pooled(https.Agent, { ready: "secureConnect", connectTimeoutMs, times });
  const agent = new Pooled({ ...agentOptions(connecting), ...tls } as AgentOptions);
  return sweptAgent(agent, times);
}

/** An agent whose connections a dialer makes. It uses plain HTTP on them: the dialer has set up TLS where it is needed. */
function dialedAgent(connecting: Connecting, dialer: Dialer): SweptAgent {
  const { connectTimeoutMs, times } = connecting;
  const Pooled = pooled(http.Agent, { ready: "connect", connectTimeoutMs, times, dialer });
  const agent = new Pooled({ ...agentOptions(connecting), servername: "" } as AgentOptions);
  return sweptAgent(agent, times);
}

/** Makes no connection. */
function failing(err: Error): Dialer {
  return { dial: () => Promise.reject(err), stop() {} };
}

function sweptAgent(agent: PooledAgent, times: IdleTimes): SweptAgent {
  agent.maxFreeSockets = MAX_IDLE;
  return {
    agent,
    times,
    dropIdle: () => agent.dropIdle(),
    sweep: (now) => agent.dropIdle((socket) => isYoung(socket, times, now)),
  };
}

function attemptMs(connectTimeoutMs: number): number {
  return Math.max(10, Math.min(connectTimeoutMs, ADDRESS_ATTEMPT_MS));
}
