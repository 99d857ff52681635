// Which upstreams have connections, and whose are they? One keep-alive agent per upstream, shared by the plans that use it.

import { hash } from "node:crypto";
import http, { type AgentOptions } from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import { createSecureContext } from "node:tls";
import type { ProxySpec, UpstreamTarget } from "../../../plan/forward.ts";
import { UsagePool } from "../../limits/usage-pool.ts";
import { type PooledAgent, pooled, young } from "./pooled-agent.ts";
import { tunnelThrough } from "./proxies/tunnel.ts";

const MAX_IDLE = 1024;
const SWEEP_MS = 10_000;

/** One attempt of Node's address race; its default of 250 ms loses far dual-stack providers, ms. */
const ADDRESS_ATTEMPT_MS = 2500;

/** The agent of one upstream, as the forward room uses it. */
export interface UpstreamAgent {
  readonly agent: http.Agent;
  /** Lets go of every idle connection: what one of them did, the others may do too. */
  dropIdle(): void;
}

/** The agents that one plan uses. */
export interface AgentLease {
  /**
   * The agent for an upstream. `connectTimeoutMs` bounds DNS, TCP, the proxy's handshake and TLS together.
   * @param tunnel the proxy that a tunnel leads through
   */
  agentFor(target: UpstreamTarget, connectTimeoutMs: number, tunnel?: ProxySpec): UpstreamAgent;
  /** The plan's last exchange has ended: agents that no other plan uses close their connections, all idle by now. */
  release(): void;
}

/** All agents of a gateway. Upstreams that are the same share one, also over reloads. */
export class AgentPool {
  readonly #agents = new UsagePool<UpstreamAgent & { sweep(now: number): void }>(({ agent }) => agent.destroy());
  readonly #sweeper: NodeJS.Timeout;

  constructor() {
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  /** Opens the lease of a plan that is about to be linked. */
  lease(): AgentLease {
    const lease = this.#agents.lease();
    return {
      agentFor: (target, connectTimeoutMs, tunnel) =>
        lease.get(keyOf(target, connectTimeoutMs, tunnel), () => makeAgent(target, connectTimeoutMs, tunnel)),
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

/** Connections made with other credentials are others: the proxy may treat them so. */
function keyOf({ protocol, hostname, port }: UpstreamTarget, connectTimeoutMs: number, tunnel?: ProxySpec): string {
  const upstream = `${protocol}//${hostname}:${port} ${connectTimeoutMs}`;
  if (tunnel === undefined) return upstream;
  const { username, password } = tunnel.credentials ?? {};
  const credentials = hash("sha256", JSON.stringify([username?.reveal(), password?.reveal()]));
  return `${upstream} ${tunnel.protocol}//${tunnel.hostname}:${tunnel.port} ${credentials}`;
}

function makeAgent(target: UpstreamTarget, connectTimeoutMs: number, tunnel?: ProxySpec) {
  if (tunnel !== undefined) return tunnelAgent(target, connectTimeoutMs, tunnel);
  return target.protocol === "https:" ? secureAgent(target, connectTimeoutMs) : plainAgent(target, connectTimeoutMs);
}

/**
 * Node's defaults stand for the rest: the last idle connection is taken first, and none is ever waited for
 * (`maxSockets`), since waiting has no deadline in an agent. Each connection keeps a copy of these for its life.
 */
function connecting({ hostname, port }: UpstreamTarget, connectTimeoutMs: number) {
  return {
    host: hostname,
    port,
    autoSelectFamilyAttemptTimeout: attemptMs(connectTimeoutMs),
    keepAlive: true,
  };
}

function plainAgent(target: UpstreamTarget, connectTimeoutMs: number) {
  const Pooled = pooled(http.Agent, "connect", connectTimeoutMs);
  // Without a name given Node looks for one in each request.
  const agent = new Pooled({ ...connecting(target, connectTimeoutMs), servername: "" } as AgentOptions);
  return asUpstreamAgent(agent);
}

function secureAgent(target: UpstreamTarget, connectTimeoutMs: number) {
  const Pooled = pooled(https.Agent, "secureConnect", connectTimeoutMs);
  const agent = new Pooled({
    ...connecting(target, connectTimeoutMs),
    // One context for all connections: each would build its own, freed only by garbage collection.
    secureContext: createSecureContext(),
    servername: isIP(target.hostname) === 0 ? target.hostname : "",
  } as AgentOptions);
  return asUpstreamAgent(agent);
}

/** The tunnel ends in a connection that is spoken plain HTTP on: where there is TLS, the dialer has done it. */
function tunnelAgent(target: UpstreamTarget, connectTimeoutMs: number, tunnel: ProxySpec) {
  const dialer = tunnelThrough(tunnel, target, connectTimeoutMs, attemptMs(connectTimeoutMs));
  const Pooled = pooled(http.Agent, "connect", connectTimeoutMs, dialer);
  const agent = new Pooled({ ...connecting(target, connectTimeoutMs), servername: "" } as AgentOptions);
  return asUpstreamAgent(agent);
}

function asUpstreamAgent(agent: PooledAgent) {
  agent.maxFreeSockets = MAX_IDLE;
  return {
    agent,
    dropIdle: () => agent.dropIdle(),
    sweep: (now: number) => agent.dropIdle((socket) => young(socket, now)),
  };
}

function attemptMs(connectTimeoutMs: number): number {
  return Math.max(10, Math.min(connectTimeoutMs, ADDRESS_ATTEMPT_MS));
}
