// Which kept connection may still be trusted? Node's agents, with a bound on the connect and a look at each idle connection.

import type { Agent, AgentOptions, ClientRequest, ClientRequestArgs } from "node:http";
import type { Socket } from "node:net";
import { ConnectTimeout } from "./connect-failure.ts";
import type { Dialer } from "./proxies/tunnel.ts";

/** Idle connections are let go before the usual 60 s of a provider's balancer, ms. */
const IDLE_MS = 55_000;
/** How much earlier than an upstream announces it, ms. */
const HINT_MARGIN_MS = 1000;

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

export interface PooledAgent extends Agent {
  dropIdle(keep?: (socket: UpstreamSocket) => boolean): void;
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
type AgentClass = new (options: AgentOptions) => Agent & AgentInternals;

/** An agent class that bounds the connect, and trusts an idle connection only while it is quiet and young. */
export function pooled(Base: unknown, ready: "connect" | "secureConnect", connectTimeoutMs: number, dialer?: Dialer) {
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

/** Bytes that came on an idle connection are no answer to anything we will ask (hazard R7). */
function trusted(socket: UpstreamSocket): boolean {
  return !socket.destroyed && socket.bytesRead === socket.readBefore && young(socket, Date.now());
}

export function young(socket: UpstreamSocket, now: number): boolean {
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
