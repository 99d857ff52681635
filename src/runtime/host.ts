// Who hosts the plan? The server, the plan of the moment, and what is under way on it.

import { Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";
import type { ServerSpec } from "../plan/blueprint.ts";
import { type Reply, replyFor } from "../plan/replies.ts";
import { type DispatchContext, dispatch } from "./downstream/dispatch.ts";
import { requestId } from "./downstream/request-id.ts";
import { createGatewayServer, type GatewayServer, type ServerEvents, type ServerTimes } from "./downstream/server.ts";
import { renewPair, type TlsPair } from "./downstream/tls.ts";
import { refusalFor, writeUnparsed } from "./downstream/unparsed.ts";
import { type BuiltInEndpoints, builtInEndpoints } from "./endpoints/built-in.ts";
import type { DownstreamSocket } from "./exchange/connection.ts";
import type { LiveExchange } from "./exchange/exchange.ts";
import { LINGER_MS } from "./exchange/linger.ts";
import { noopObserver, type Observer } from "./exchange/observer.ts";
import type { Plan } from "./exchange/plan.ts";
import { type LinkedPlan, PlanGeneration } from "./generation.ts";
import type { Log } from "./observe/logs/log.ts";

const INVALID_PATH = replyFor("invalid_path");

/** How long connections that were cut may take to say so, ms. */
const BROKEN_MS = 1000;

/** What may be seen of the host: who is told of its exchanges, and what is served of that. */
export interface Telemetry {
  readonly observer: Observer;
  readonly endpoints: BuiltInEndpoints | undefined;
}

const NO_TELEMETRY: Telemetry = { observer: noopObserver, endpoints: undefined };

export interface HostParts {
  readonly telemetry?: Telemetry;
  /** Given, the server speaks TLS and nothing else. */
  readonly pair?: TlsPair | undefined;
  /** Server times that differ from the defaults: for tests. */
  readonly times?: Partial<ServerTimes> | undefined;
}

export class Host implements DispatchContext {
  readonly own: BuiltInEndpoints;
  readonly observer: Observer;
  readonly #server: GatewayServer;
  readonly #log: Log;
  #tenure: PlanGeneration;
  /** Of older plans, until their last exchange has ended. */
  readonly #retiring = new Set<PlanGeneration>();
  #phase: "serving" | "grace" | "draining" = "serving";
  readonly #connections = new Set<DownstreamSocket>();
  #underWay = 0;
  #whenIdle: (() => void) | undefined = undefined;

  constructor(linked: LinkedPlan, log: Log, { telemetry = NO_TELEMETRY, pair, times }: HostParts = {}) {
    this.#tenure = new PlanGeneration(linked);
    this.#log = log;
    this.observer = telemetry.observer;
    this.own = builtInEndpoints(() => this.#phase === "serving", telemetry.endpoints);
    const events: ServerEvents = {
      onRequest: (req, res, expectation) => dispatch(this, req, res, expectation),
      onUnparsed: (err, socket) => this.#unread(err, socket),
      onConnect: (socket) => this.#refuse(socket, INVALID_PATH),
      onConnection: (socket) => this.#connected(socket),
      onHandshakeFailure: ({ code }) => log.debug({ cause: code }, "tls handshake failed"),
      onHalfClose: (socket) => halfClosed(socket),
    };
    this.#server = createGatewayServer(events, pair, times);
  }

  get plan(): Plan<LiveExchange> {
    return this.#tenure.linked.plan;
  }

  get draining(): boolean {
    return this.#phase === "draining";
  }

  /** Exchanges begun and not ended. */
  get underWay(): number {
    return this.#underWay;
  }

  /**
   * Starts to accept connections.
   * @returns the real address; a port of 0 took a free one
   * @throws what `net.Server.listen` emits: the port is taken, the address is not ours …
   */
  listen({ host, port }: ServerSpec["listen"]): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port, backlog: 1024 }, () => {
        this.#server.off("error", reject);
        this.#server.on("error", (err) => this.#log.error({ error: err.message }, "server error"));
        resolve(this.#server.address() as AddressInfo);
      });
    });
  }

  /** Plans with exchanges under way, the one in use included. */
  get plans(): number {
    return this.#retiring.size + 1;
  }

  /**
   * New exchanges run on this plan, within its bounds; those under way end on the one they began with, and count.
   * An older plan lets go of what it leased when its last exchange has ended.
   */
  swap(next: LinkedPlan): void {
    const before = this.#tenure;
    for (const older of [...this.#retiring, before]) next.limits.adoptInFlight(older.linked.limits, older.exchanges);
    next.limits.applyLimits();
    this.#tenure = new PlanGeneration(next);
    this.#retiring.add(before);
    before.retire(() => this.#retiring.delete(before));
  }

  /**
   * Serves another certificate from the next handshake on. Nothing happens without TLS.
   * @throws what OpenSSL says of a pair it can't use; the one before is kept then
   */
  renewPair(pair: TlsPair): void {
    if (this.#server instanceof HttpsServer) renewPair(this.#server, pair);
  }

  /**
   * Shuts down (spec section 8): unready for the grace time, then no new connections, exchanges may finish, the rest is broken.
   * @returns true when all exchanges finished by themselves
   */
  async drain({ graceMs, drainTimeoutMs }: ServerSpec["shutdown"]): Promise<boolean> {
    this.#phase = "grace";
    if (graceMs > 0) await new Promise((resolve) => setTimeout(resolve, graceMs));
    this.#phase = "draining";
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    // Node counts only those as idle that have had a request.
    for (const socket of this.#connections) if (socket.bytesRead === 0) socket.destroy();
    const until = performance.now() + drainTimeoutMs;
    if (this.#underWay === 0 || (await this.#idleWithin(drainTimeoutMs))) {
      // Heads half read may yet be refused in words, and last words be read, before connections are cut.
      await within(Math.min(LINGER_MS, Math.max(0, until - performance.now())), closed);
    }
    const finished = this.#underWay === 0;
    this.#server.closeAllConnections();
    // Node counts none as a connection that is in its handshake.
    for (const socket of this.#connections) socket.destroy();
    // What was broken ends, and has its log line, before the caller says that all is over.
    if (!finished) await this.#idleWithin(BROKEN_MS);
    return finished;
  }

  began(x: LiveExchange): void {
    this.#underWay++;
    this.#tenure.began(x);
  }

  finished(x: LiveExchange): void {
    this.#underWay--;
    x.tenure?.ended(x);
    this.#log.completed(x);
    this.observer.ended(x);
    if (!this.draining) return;
    // A connection that was promised keep-alive before the drain began has just become idle.
    setImmediate(() => this.#server.closeIdleConnections());
    if (this.#underWay === 0) this.#whenIdle?.();
  }

  bug(x: LiveExchange, err: unknown, by: string): void {
    const place = err instanceof Error ? err.stack : undefined;
    this.#log.error({ request_id: x.id, step: by, error: String(err), place }, "internal error");
  }

  #connected(socket: DownstreamSocket): void {
    this.#connections.add(socket);
    socket.once("close", () => this.#connections.delete(socket));
  }

  #idleWithin(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs);
      this.#whenIdle = () => {
        clearTimeout(timer);
        // One more turn of the loop, so that last bytes and their connections' ends are on their way.
        setImmediate(() => resolve(true));
      };
    });
  }

  #unread(err: NodeJS.ErrnoException, socket: DownstreamSocket): void {
    const reply = refusalFor(err);
    const x = socket.latest;
    if (x !== undefined && !x.done) {
      // A whole request is answered, whatever came behind it.
      if (reply !== undefined && x.req.complete) x.endConnectionAfter();
      // The exchange's own body was bad: it can still be told so, unless its answer has begun or another is before it.
      else if (reply === undefined || x.answered || x.res.socket !== socket) socket.destroy();
      else x.reply(reply);
      return;
    }
    if (reply === undefined || !socket.writable || socket.bytesRead === 0) socket.destroy();
    else this.#refuse(socket, reply);
  }

  #refuse(socket: DownstreamSocket, reply: Reply): void {
    const id = requestId(undefined);
    writeUnparsed(socket, reply, id, this.plan.responseFormat);
    const request = { requestId: id, outcome: reply.outcome, status: reply.status };
    this.#log.unread(request);
    this.observer.unread(request);
  }
}

/** Waits for something, at most so long, ms. */
function within(ms: number, something: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    something.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** A client that has stopped sending is gone (spec section 4), unless all of its answer is on the way already. */
function halfClosed(socket: DownstreamSocket): void {
  const x = socket.latest;
  if (x !== undefined && !x.done && !x.res.writableEnded) socket.destroy();
}
