// Which connections to upstreams are kept, and which of them may still be trusted? One keep-alive agent per upstream.

import http, { type AgentOptions, type ClientRequest, type ClientRequestArgs } from "node:http";
import https from "node:https";
import { isIP, type Socket } from "node:net";
import { createSecureContext } from "node:tls";
import type { UpstreamTarget } from "../../plan/forward.ts";
import { Kept } from "../state/kept.ts";

/** Idle connections are let go before the usual 60 s of a provider's balancer, ms. */
const IDLE_MS = 55_000;
/** How much earlier than an upstream announces it, ms. */
const HINT_MARGIN_MS = 1000;
const SWEEP_MS = 10_000;

/** One attempt of Node's address race; its default of 250 ms loses far dual-stack providers, ms. */
const ADDRESS_ATTEMPT_MS = 2500;

/** What we note on an upstream connection. */
interface UpstreamSocket extends Socket {
  /** DNS, TCP and TLS are done. */
  established?: boolean;
  /** Bytes read before the request under way was put on it. */
  readBefore?: number;
  idleSince?: number;
  /** How long it may be idle, ms: ours, or less where the upstream says so. */
  idleMs?: number;
}

/** The connect deadline of spec section 4 ran out: told apart from every other failure by its type (fact F6). */
export class ConnectTimeout extends Error {}

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

/** The agents that one plan uses. */
export interface AgentClaim {
  /** The agent for an upstream. `connectTimeoutMs` bounds DNS, TCP and TLS together. */
  agentFor(target: UpstreamTarget, connectTimeoutMs: number): UpstreamAgent;
  /** The plan's last exchange has ended: agents that no other plan uses close their connections, all idle by now. */
  release(): void;
}

/** All agents of a gateway. Upstreams that are the same share one, also over reloads. */
export class AgentPool {
  readonly #agents = new Kept<UpstreamAgent & { sweep(now: number): void }>(({ agent }) => agent.destroy());
  readonly #sweeper: NodeJS.Timeout;

  constructor() {
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  /** Opens the claim of a plan that is about to be linked. */
  claim(): AgentClaim {
    const claim = this.#agents.claim();
    return {
      agentFor: (target, connectTimeoutMs) =>
        claim.get(`${target.protocol}//${target.hostname}:${target.port} ${connectTimeoutMs}`, () =>
          target.protocol === "https:" ? secureAgent(target, connectTimeoutMs) : plainAgent(connectTimeoutMs),
        ),
      release: () => claim.release(),
    };
  }

  /** How many upstreams have an agent. */
  get size(): number {
    return this.#agents.things().length;
  }

  /** Closes every connection, idle or not. */
  close(): void {
    clearInterval(this.#sweeper);
    for (const { agent } of this.#agents.things()) agent.destroy();
  }

  #sweep(): void {
    const now = Date.now();
    for (const agent of this.#agents.things()) agent.sweep(now);
  }
}

const COMMON: AgentOptions = {
  keepAlive: true,
  // Never queue here: waiting has no deadline in an agent. Limits are ours.
  maxSockets: Number.POSITIVE_INFINITY,
  maxFreeSockets: 1024,
  scheduling: "lifo",
};

function plainAgent(connectTimeoutMs: number) {
  const Pooled = pooled(http.Agent, "connect", connectTimeoutMs);
  const agent = new Pooled(COMMON);
  return asUpstreamAgent(agent, (options) => http.request(options));
}

function secureAgent(target: UpstreamTarget, connectTimeoutMs: number) {
  const Pooled = pooled(https.Agent, "secureConnect", connectTimeoutMs);
  const agent = new Pooled({
    ...COMMON,
    // One context for all connections: each would build its own, freed only by garbage collection.
    secureContext: createSecureContext(),
    servername: isIP(target.hostname) === 0 ? target.hostname : "",
  } as AgentOptions);
  return asUpstreamAgent(agent, (options) => https.request(options));
}

interface PooledAgent extends http.Agent {
  dropIdle(keep?: (socket: UpstreamSocket) => boolean): void;
}

function asUpstreamAgent(agent: PooledAgent, request: UpstreamAgent["request"]) {
  return {
    agent,
    request,
    dropIdle: () => agent.dropIdle(),
    sweep: (now: number) => agent.dropIdle((socket) => young(socket, now)),
  };
}

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
function pooled(Base: unknown, ready: "connect" | "secureConnect", connectTimeoutMs: number) {
  return class extends (Base as AgentClass) implements PooledAgent {
    /** An agent serves one upstream: one name for all, instead of a long one built per request. */
    override getName(): string {
      return "upstream";
    }

    override createConnection(
      options: ClientRequestArgs,
      callback?: (err: Error | null, socket: Socket) => void,
    ): Socket | undefined {
      const socket = super.createConnection(
        {
          ...options,
          autoSelectFamilyAttemptTimeout: Math.max(10, Math.min(connectTimeoutMs, ADDRESS_ATTEMPT_MS)),
        } as ClientRequestArgs,
        callback,
      );
      if (socket !== undefined) boundConnect(socket, ready, connectTimeoutMs);
      return socket;
    }

    override addRequest(request: ClientRequest, options: object): void {
      const idle = this.freeSockets["upstream"] as UpstreamSocket[] | undefined;
      while (idle !== undefined && idle.length > 0 && !trusted(idle[idle.length - 1] as UpstreamSocket)) {
        idle.pop()?.destroy();
      }
      super.addRequest(request, options);
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

    dropIdle(keep: (socket: UpstreamSocket) => boolean = () => false): void {
      for (const socket of [...(this.freeSockets["upstream"] ?? [])] as UpstreamSocket[]) {
        if (!keep(socket)) socket.destroy();
      }
    }
  };
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
  socket.on("error", () => {});
  const timer = setTimeout(() => socket.destroy(new ConnectTimeout("connect timeout")), connectTimeoutMs);
  const settled = () => clearTimeout(timer);
  socket.once("close", settled);
  socket.once(ready, () => {
    socket.established = true;
    settled();
  });
}
