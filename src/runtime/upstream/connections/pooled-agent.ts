// Extends Node's agents: the connect has a deadline, and an idle connection is reused only while it is young and has sent
// nothing.

import type { Agent, AgentOptions, ClientRequest, ClientRequestArgs } from "node:http";
import type { Socket } from "node:net";
import { ConnectTimeout } from "./failure.ts";
import type { Dialer } from "./proxies/tunnel.ts";
import {
  type IdleTimes,
  idleLimit,
  isTrusted,
  isYoung,
  noteEstablished,
  noteTaken,
  type UpstreamSocket,
} from "./upstream-socket.ts";

export interface PooledAgent extends Agent {
  /** Closes idle connections. @param keep which of them stay open; none by default */
  dropIdle(keep?: (socket: UpstreamSocket) => boolean): void;
}

export interface PooledOptions {
  /** The event after which a connection can be used. */
  readonly ready: "connect" | "secureConnect";
  readonly connectTimeoutMs: number;
  readonly times: IdleTimes;
  /** Makes the connections, where the agent's class can't: through an outbound proxy. */
  readonly dialer?: Dialer;
}

/** What a request asks of its agent, among the options of Node's `request()`. */
export interface PooledRequest {
  /** It can't be sent again: an idle connection that may be stale is not used for it. */
  readonly sentOnce: boolean;
}

/** The agent serves one upstream, so one key is enough. Node would build a long one for each request. */
const NAME = "upstream";

/**
 * Given to Node in place of a request's own options. A connection keeps these options for its life, and the request's own
 * would keep all its headers in memory.
 */
const NO_REQUEST_OPTIONS = Object.freeze({});

/**
 * Methods that this file relies on, but that Node does not document or @types/node 20 does not declare.
 * `test/runtime/node-agent.test.ts` checks them on the running Node.
 */
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

/** Makes an agent class. @param Base `http.Agent` or `https.Agent` */
export function pooled(Base: unknown, { ready, connectTimeoutMs, times, dialer }: PooledOptions) {
  return class extends (Base as AgentClass) implements PooledAgent {
    override getName(): string {
      return NAME;
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

    override addRequest(request: ClientRequest, options: PooledRequest): void {
      const idle = this.freeSockets[NAME] as UpstreamSocket[] | undefined;
      while (idle !== undefined && idle.length > 0 && !isUsable(idle[idle.length - 1] as UpstreamSocket, times)) {
        idle.pop()?.destroy();
      }
      // The last one was used last. When it is not trusted, none is.
      const last = idle?.at(-1);
      if (idle === undefined || last === undefined) return super.addRequest(request, NO_REQUEST_OPTIONS);
      if (!options.sentOnce || isTrusted(last, times, Date.now())) return this.#handOver(idle, last, request);
      // Without idle connections, Node makes a fresh one. Then they are put back, for other requests.
      const free = this.freeSockets as Record<string, Socket[] | undefined>;
      free[NAME] = undefined;
      super.addRequest(request, NO_REQUEST_OPTIONS);
      free[NAME] = idle;
    }

    /** Gives a request the last idle connection. Node's own method would copy the options of the agent for it. */
    #handOver(idle: UpstreamSocket[], last: UpstreamSocket, request: ClientRequest): void {
      idle.pop();
      if (idle.length === 0) delete (this.freeSockets as Record<string, Socket[]>)[NAME];
      const inUse = this.sockets as Record<string, Socket[] | undefined>;
      inUse[NAME] ??= [];
      inUse[NAME].push(last);
      this.reuseSocket(last, request);
      request.onSocket(last);
    }

    /**
     * For each request, Node's own method sets a timer and reads the response's headers again. The gateway uses a sweep and
     * `noteIdleHint` instead.
     */
    override keepSocketAlive(socket: UpstreamSocket): boolean {
      socket.unref();
      socket.idleSince = Date.now();
      socket.readBefore = socket.bytesRead;
      return idleLimit(socket, times) > 0;
    }

    override reuseSocket(socket: UpstreamSocket, request: ClientRequest): void {
      super.reuseSocket(socket, request);
      noteTaken(socket);
    }

    override destroy(): void {
      dialer?.stop();
      super.destroy();
    }

    dropIdle(keep: (socket: UpstreamSocket) => boolean = () => false): void {
      for (const socket of [...(this.freeSockets[NAME] ?? [])] as UpstreamSocket[]) {
        if (!keep(socket)) socket.destroy();
      }
    }
  };
}

/** Gives the agent the dialer's connection, or its error. */
function deliver(dialer: Dialer, callback?: (err: Error | null, socket: Socket) => void): void {
  dialer.dial().then(
    (socket: UpstreamSocket) => {
      noteEstablished(socket);
      socket.on("error", ignore);
      callback?.(null, socket);
    },
    (err: Error) => (callback as ((err: Error) => void) | undefined)?.(err),
  );
}

/** Whether an idle connection may be used. Bytes that came while it was idle answer no request of ours (hazard R7). */
function isUsable(socket: UpstreamSocket, times: IdleTimes): boolean {
  return !socket.destroyed && socket.bytesRead === socket.readBefore && isYoung(socket, times, Date.now());
}

function boundConnect(socket: UpstreamSocket, ready: string, connectTimeoutMs: number): void {
  // Between two requests Node leaves a connection without an error listener for a moment; an error then would end the process.
  socket.on("error", ignore);
  const timer = setTimeout(() => socket.destroy(new ConnectTimeout("connect timeout")), connectTimeoutMs);
  const stopTimer = () => clearTimeout(timer);
  socket.once("close", stopTimer);
  socket.once(ready, () => {
    noteEstablished(socket);
    socket.off("close", stopTimer);
    stopTimer();
  });
}

function ignore(): void {}
