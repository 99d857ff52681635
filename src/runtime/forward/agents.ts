// Which connections to upstreams are kept, and which of them may still be trusted? One keep-alive agent per upstream.

import { hash } from "node:crypto";
import http, { type AgentOptions, type ClientRequest, type ClientRequestArgs } from "node:http";
import https from "node:https";
import { isIP, type Socket } from "node:net";
import { createSecureContext } from "node:tls";
import type { ProxySpec, UpstreamTarget } from "../../plan/forward.ts";
import { ConnectTimeout } from "./connect-failure.ts";
import { type Dialer, tunnelThrough } from "./via/tunnel.ts";

/** Idle connections are let go before the usual 60 s of a provider's balancer, ms. */
const IDLE_MS = 55_000;
const MAX_IDLE = 1024;
/** How much earlier than an upstream announces it, ms. */
const HINT_MARGIN_MS = 1000;
const SWEEP_MS = 10_000;

/** One attempt of Node's address race; its default of 250 ms loses far dual-stack providers, ms. */
const ADDRESS_ATTEMPT_MS = 2500;

/** What we note on an upstream connection. */
interface UpstreamSocket extends Socket {
  /** DNS, TCP, the proxy's handshake and TLS are done. */
  established?: boolean;
  /** Bytes read before the request under way was put on it. */
  readBefore?: number;
  idleSince?: number;
  /** How long it may be idle, ms: ours, or less where the upstream says so. */
  idleMs?: number;
}

/** The agent of one upstream, as the forward room uses it. */
export interface UpstreamAgent {
  readonly agent: http.Agent;
  readonly request: (options: http.RequestOptions) => ClientRequest;
  /** Lets go of every idle connection: what one of them did, the others may do too. */
  dropIdle(): void;
}

/** Whether the connection under this request was ever made. */
export function wasEstablished(request: ClientRequest): boolean {
  return (request.socket as UpstreamSocket | null)?.established === true;
}

/** Whether this request was put on a kept connection that failed before it said a byte. */
export function wasStale(request: ClientRequest): boolean {
  const socket = request.socket as UpstreamSocket | null;
  return request.reusedSocket && socket !== null && socket.bytesRead === socket.readBefore;
}

/** Notes what the upstream says of its idle connections (`keep-alive: timeout=`). */
export function noteIdleHint(request: ClientRequest, hintMs: number | undefined): void {
  const socket = request.socket as UpstreamSocket | null;
  if (hintMs !== undefined && socket !== null) socket.idleMs = Math.min(IDLE_MS, hintMs - HINT_MARGIN_MS);
}

/** All agents of a gateway. Upstreams that are the same share one, also over reloads. */
export class AgentPool {
  readonly #agents = new Map<string, UpstreamAgent & { sweep(now: number): void }>();
  readonly #sweeper: NodeJS.Timeout;

  constructor() {
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  /**
   * The agent for an upstream. `connectTimeoutMs` bounds DNS, TCP, the proxy's handshake and TLS together.
   * @param tunnel the proxy that a tunnel leads through
   */
  agentFor(target: UpstreamTarget, connectTimeoutMs: number, tunnel?: ProxySpec): UpstreamAgent {
    const key = keyOf(target, connectTimeoutMs, tunnel);
    let found = this.#agents.get(key);
    if (found === undefined) {
      found = makeAgent(target, connectTimeoutMs, tunnel);
      this.#agents.set(key, found);
    }
    return found;
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
  return asUpstreamAgent(agent, (options) => http.request(options));
}

function secureAgent(target: UpstreamTarget, connectTimeoutMs: number) {
  const Pooled = pooled(https.Agent, "secureConnect", connectTimeoutMs);
  const agent = new Pooled({
    ...connecting(target, connectTimeoutMs),
    // One context for all connections: each would build its own, freed only by garbage collection.
    secureContext: createSecureContext(),
    servername: isIP(target.hostname) === 0 ? target.hostname : "",
  } as AgentOptions);
  return asUpstreamAgent(agent, (options) => https.request(options));
}

/** The tunnel ends in a connection that is spoken plain HTTP on: where there is TLS, the dialer has done it. */
function tunnelAgent(target: UpstreamTarget, connectTimeoutMs: number, tunnel: ProxySpec) {
  const dialer = tunnelThrough(tunnel, target, connectTimeoutMs, attemptMs(connectTimeoutMs));
  const Pooled = pooled(http.Agent, "connect", connectTimeoutMs, dialer);
  const agent = new Pooled({ ...connecting(target, connectTimeoutMs), servername: "" } as AgentOptions);
  return asUpstreamAgent(agent, (options) => http.request(options));
}

interface PooledAgent extends http.Agent {
  dropIdle(keep?: (socket: UpstreamSocket) => boolean): void;
}

function asUpstreamAgent(agent: PooledAgent, request: UpstreamAgent["request"]) {
  agent.maxFreeSockets = MAX_IDLE;
  return {
    agent,
    request,
    dropIdle: () => agent.dropIdle(),
    sweep: (now: number) => agent.dropIdle((socket) => young(socket, now)),
  };
}

/**
 * What is asked of a connection beyond its agent's options. A connection keeps these for its life:
 * a request's own options would keep the whole request head with it.
 */
const THE_AGENTS_OWN = Object.freeze({});

/** What Node's agents do but @types/node 20 does not say. */
interface AgentInternals {
  createConnection(
    options: ClientRequestArgs,
    callback?: (err: Error | null, socket: Socket) => void,
  ): Socket | undefined;
  addRequest(request: ClientRequest, options: object): void;
  keepSocketAlive(socket: Socket): boolean;
  reuseSocket(socket: Socket, request: ClientRequest): void;
}
type AgentClass = new (options: AgentOptions) => http.Agent & AgentInternals;

/** An agent class that bounds the connect, and trusts an idle connection only while it is quiet and young. */
function pooled(Base: unknown, ready: "connect" | "secureConnect", connectTimeoutMs: number, dialer?: Dialer) {
  return class extends (Base as AgentClass) implements PooledAgent {
    /** An agent serves one upstream: one name for all, instead of a long one built per request. */
    override getName(): string {
      return "upstream";
    }

    override createConnection(
      options: ClientRequestArgs,
      callback?: (err: Error | null, socket: Socket) => void,
    ): Socket | undefined {
      if (dialer !== undefined) return void deliver(dialer, callback);
      const socket = super.createConnection(options, callback);
      if (socket !== undefined) boundConnect(socket, ready, connectTimeoutMs);
      return socket;
    }

    override addRequest(request: ClientRequest): void {
      const idle = this.freeSockets["upstream"] as UpstreamSocket[] | undefined;
      while (idle !== undefined && idle.length > 0 && !trusted(idle[idle.length - 1] as UpstreamSocket)) {
        idle.pop()?.destroy();
      }
      super.addRequest(request, THE_AGENTS_OWN);
    }

    /** Node's own sets a timer and reads the response's headers again for each request; the sweep does it for all. */
    override keepSocketAlive(socket: UpstreamSocket): boolean {
      socket.unref();
      socket.idleSince = Date.now();
      socket.readBefore = socket.bytesRead;
      return (socket.idleMs ?? IDLE_MS) > 0;
    }

    override reuseSocket(socket: UpstreamSocket, request: ClientRequest): void {
      super.reuseSocket(socket, request);
      socket.readBefore = socket.bytesRead;
    }

    override destroy(): void {
      dialer?.stop();
      super.destroy();
    }

    dropIdle(keep: (socket: UpstreamSocket) => boolean = () => false): void {
      for (const socket of [...(this.freeSockets["upstream"] ?? [])] as UpstreamSocket[]) {
        if (!keep(socket)) socket.destroy();
      }
    }
  };
}

/** Hands a connection to the agent when it is made, or why there is none. */
function deliver(dialer: Dialer, callback?: (err: Error | null, socket: Socket) => void): void {
  dialer.dial().then(
    (socket: UpstreamSocket) => {
      socket.established = true;
      socket.on("error", ignore);
      callback?.(null, socket);
    },
    (err: Error) => (callback as ((err: Error) => void) | undefined)?.(err),
  );
}

function attemptMs(connectTimeoutMs: number): number {
  return Math.max(10, Math.min(connectTimeoutMs, ADDRESS_ATTEMPT_MS));
}

/** Bytes that came on an idle connection are no answer to anything we will ask (hazard R7). */
function trusted(socket: UpstreamSocket): boolean {
  return !socket.destroyed && socket.bytesRead === socket.readBefore && young(socket, Date.now());
}

function young(socket: UpstreamSocket, now: number): boolean {
  return now - (socket.idleSince ?? now) < (socket.idleMs ?? IDLE_MS);
}

function boundConnect(socket: UpstreamSocket, ready: string, connectTimeoutMs: number): void {
  // Between two requests Node leaves a connection without an error listener for a moment; an error then would end the process.
  socket.on("error", ignore);
  const timer = setTimeout(() => socket.destroy(new ConnectTimeout("connect timeout")), connectTimeoutMs);
  const settled = () => clearTimeout(timer);
  socket.once("close", settled);
  socket.once(ready, () => {
    socket.established = true;
    socket.off("close", settled);
    settled();
  });
}

function ignore(): void {}
