// Hosts the current plan on an HTTP server: accepts connections, swaps plans, drains.

import { Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";
import type { ServerSpec } from "../plan/blueprint.ts";
import type { ClientSocket } from "./downstream/client-socket.ts";
import { begin, dispatch, dispatchUpgrade, takesWebSocket } from "./downstream/dispatch.ts";
import { spareUnsentResponses } from "./downstream/idle-connections.ts";
import { KeepAlive } from "./downstream/keep-alive.ts";
import { onParseError } from "./downstream/parse-error.ts";
import type { Refusal } from "./downstream/refusal.ts";
import { requestId } from "./downstream/request-id.ts";
import { SendTimeout } from "./downstream/send-timeout.ts";
import {
  createGatewayServer,
  DEFAULT_SERVER_TIMES,
  type GatewayServer,
  type ServerEvents,
  type ServerTimes,
} from "./downstream/server.ts";
import { renewPair, type TlsPair } from "./downstream/tls.ts";
import { CONNECT_REFUSED, writeUnparsed } from "./downstream/unparsed.ts";
import { type BuiltInEndpoints, builtInEndpoints } from "./endpoints/built-in.ts";
import { LINGER_MS, resetConnection } from "./exchange/connection.ts";
import type { LiveExchange } from "./exchange/exchange.ts";
import { GO_AWAY_MS } from "./exchange/going-away.ts";
import { noopObserver, type Observer } from "./exchange/observer.ts";
import type { Plan } from "./exchange/plan.ts";
import type { ExchangeRecord } from "./exchange/record.ts";
import { type GenerationHost, type LinkedPlan, PlanGeneration } from "./generation.ts";
import type { Log } from "./observe/logs/log.ts";
import { within } from "./within.ts";

/** How long broken exchanges may take to end, after WebSockets have had their time to close, ms. */
const BROKEN_MS = 1000;

export interface HostOptions {
  readonly observer?: Observer;
  /** Built-in endpoints besides `/healthz` and `/readyz`. */
  readonly endpoints?: BuiltInEndpoints | undefined;
  /** What `/readyz` says. Default: true until this host begins to drain. */
  readonly ready?: () => boolean;
  /** With it the server speaks TLS and nothing else. */
  readonly pair?: TlsPair | undefined;
  /** Server times that differ from the defaults: for tests. */
  readonly times?: Partial<ServerTimes> | undefined;
}

export class Host implements GenerationHost {
  readonly builtIn: BuiltInEndpoints;
  readonly observer: Observer;
  readonly #server: GatewayServer;
  readonly #log: Log;
  #generation: PlanGeneration;
  /** The generations of older plans that still have exchanges in flight. */
  readonly #retiring = new Set<PlanGeneration>();
  #phase: "serving" | "grace" | "draining" = "serving";
  readonly #connections = new Set<ClientSocket>();
  readonly #sendTimeout = new SendTimeout(this.#connections, (socket) => this.#cut(socket));
  readonly #keepAlive: KeepAlive;
  #inFlight = 0;
  #whenIdle: (() => void) | undefined = undefined;

  constructor(linked: LinkedPlan, log: Log, options: HostOptions = {}) {
    const { observer = noopObserver, endpoints, ready = () => this.ready, pair, times } = options;
    this.#log = log;
    this.observer = observer;
    this.builtIn = builtInEndpoints(ready, endpoints);
    this.#generation = new PlanGeneration(linked, this);
    const events: ServerEvents = {
      onRequest: (req, res, expectation) => dispatch(this.#generation, req, res, expectation),
      onUnparsed: (err, socket) => onParseError(err, socket, this.#refuse),
      takesUpgrade: (req) => takesWebSocket(this.#generation, req),
      onUpgrade: (req, socket, head) => dispatchUpgrade(this.#generation, req, socket, head),
      onConnect: (socket) => this.#connect(socket),
      onConnection: (socket) => this.#connected(socket),
      onHandshakeFailure: ({ code }) => log.debug({ cause: code }, "tls handshake failed"),
      onHalfClose: (socket) => halfClosed(socket),
    };
    this.#server = createGatewayServer(events, pair, times);
    spareUnsentResponses(this.#server, this.#connections);
    this.#keepAlive = new KeepAlive(this.#connections, times?.keepAliveMs ?? DEFAULT_SERVER_TIMES.keepAliveMs);
  }

  get plan(): Plan<LiveExchange> {
    return this.#generation.plan;
  }

  /** False from the moment a shutdown begins. */
  get ready(): boolean {
    return this.#phase === "serving";
  }

  get draining(): boolean {
    return this.#phase === "draining";
  }

  /** Exchanges that have begun and not ended. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** How many plans are in use: the current one, and older ones with exchanges in flight. */
  get plans(): number {
    return this.#retiring.size + 1;
  }

  /**
   * Starts to accept connections.
   * @returns the real address: for port 0, with the free port that was chosen
   * @throws the error that `net.Server.listen` emits: the port is taken, the address is not ours, …
   */
  listen({ host, port }: ServerSpec["listen"]): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port, backlog: 1024 }, () => {
        this.#server.off("error", reject);
        this.#server.on("error", (err) => this.#log.error({ error: err.message }, "server error"));
        this.#sendTimeout.set(this.#generation.linked.sendTimeoutMs);
        this.#keepAlive.start();
        resolve(this.#server.address() as AddressInfo);
      });
    });
  }

  /**
   * Runs new exchanges on this plan. Exchanges in flight finish on the plan they began with, but count towards the new limits, and
   * the new send timeout holds for them.
   * An older plan releases its leases when its last exchange has ended.
   */
  swap(next: LinkedPlan): void {
    const before = this.#generation;
    for (const older of [...this.#retiring, before]) next.limits.adoptInFlight(older.linked.limits, older.exchanges);
    next.limits.applyLimits();
    this.#sendTimeout.set(next.sendTimeoutMs);
    this.#generation = new PlanGeneration(next, this);
    this.#retiring.add(before);
    before.retire(() => this.#retiring.delete(before));
  }

  /**
   * Serves another certificate from the next handshake on. Does nothing without TLS.
   * @throws OpenSSL's error when it can't use the pair; the current one is kept then
   */
  renewPair(pair: TlsPair): void {
    if (this.#server instanceof HttpsServer) renewPair(this.#server, pair);
  }

  /**
   * Shuts down (contract, section 8). In the grace time, only `/readyz` changes. After it, the gateway takes no new connections
   * and lets exchanges finish. Exchanges that take longer than the drain timeout are broken.
   * @returns true when all exchanges finished by themselves
   */
  async drain({ graceMs, drainTimeoutMs }: ServerSpec["shutdown"]): Promise<boolean> {
    this.#phase = "grace";
    if (graceMs > 0) await new Promise((resolve) => setTimeout(resolve, graceMs));
    this.#phase = "draining";
    for (const x of this.#exchanges()) x.endWait();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    // Node counts only connections that have had a request as idle.
    for (const socket of this.#connections) if (socket.bytesRead === 0) socket.destroy();
    const until = performance.now() + drainTimeoutMs;
    if (this.#inFlight === 0 || (await this.#idleWithin(drainTimeoutMs))) {
      // Some clients may have sent half of a request's headers, or still read their last response: give them time.
      await within(Math.min(LINGER_MS, Math.max(0, until - performance.now())), closed);
    }
    const finished = this.#inFlight === 0;
    this.#sendTimeout.stop();
    this.#keepAlive.stop();
    for (const x of this.#exchanges()) {
      x.endDrain();
      x.goAway?.();
    }
    this.#server.closeAllConnections();
    // Node does not count a connection that is still in its TLS handshake, or that it has handed over. WebSockets close by themselves.
    for (const socket of this.#connections) if (!socket.latest?.isOpen) socket.destroy();
    // Broken exchanges end, and are logged, before the caller reports the end.
    if (this.#inFlight > 0) await this.#idleWithin(GO_AWAY_MS + BROKEN_MS);
    for (const socket of this.#connections) socket.destroy();
    return finished;
  }

  began(): void {
    this.#inFlight++;
  }

  report(record: ExchangeRecord): void {
    this.#log.completed(record);
    this.observer.ended(record);
  }

  ended(x: LiveExchange): void {
    this.#inFlight--;
    this.#takeNext(x.req.socket);
    if (!this.draining) return;
    // A connection that was promised keep-alive before the drain began has just become idle.
    setImmediate(() => this.#server.closeIdleConnections());
    if (this.#inFlight === 0) this.#whenIdle?.();
  }

  bug(x: LiveExchange, err: unknown, by: string): void {
    const place = err instanceof Error ? err.stack : undefined;
    this.#log.error({ request_id: x.id, step: by, error: String(err), place }, "internal error");
  }

  /** The exchanges that have begun and not ended. */
  #exchanges(): LiveExchange[] {
    return [...this.#retiring, this.#generation].flatMap(({ exchanges }) => [...exchanges]);
  }

  /** Begins the request that waits behind an exchange that has ended. It belongs to the current plan. */
  #takeNext(socket: ClientSocket): void {
    const { line } = socket;
    const next = line?.next();
    if (line === undefined || next === undefined) return;
    begin(this.#generation, next.req, next.res, next.expectation, true);
    if (line.error !== undefined && line.isEmpty) onParseError(line.error, socket, this.#refuse);
  }

  #connected(socket: ClientSocket): void {
    this.#connections.add(socket);
    socket.once("close", () => this.#connections.delete(socket));
  }

  #idleWithin(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs);
      this.#whenIdle = () => {
        clearTimeout(timer);
        // One more turn of the event loop sends the last bytes and closes their connections.
        setImmediate(() => resolve(true));
      };
    });
  }

  /** Answers CONNECT. Node has taken its own listeners off the connection, and serves it no more. */
  #connect(socket: ClientSocket): void {
    // Without a listener, an error of the connection would be an uncaught exception.
    socket.on("error", () => {});
    socket.resume();
    const x = socket.latest;
    if (socket.lingering) return;
    if (x === undefined || x.done) return this.#refuse(socket, { reply: CONNECT_REFUSED, cause: "CONNECT" });
    // The response before it continues, and is the last one of the connection.
    socket.on("drain", () => x.responder.res.emit("drain"));
    x.endConnectionAfter();
  }

  readonly #refuse = (socket: ClientSocket, { reply, cause }: Refusal): void => {
    const id = requestId(undefined);
    writeUnparsed(socket, reply, id, this.plan.responseFormat);
    const request = { requestId: id, outcome: reply.outcome, status: reply.status, cause };
    this.#log.unparsed(request);
    this.observer.unparsed(request);
  };

  /** Cuts a client that has taken nothing for `send_timeout_ms`. A reset also frees what the kernel keeps for it. */
  #cut(socket: ClientSocket): void {
    const x = socket.latest;
    const waits = x !== undefined && !x.done;
    // With TLS, the exchange ends before this returns.
    resetConnection(socket);
    if (!waits) return;
    this.#log.info(
      { request_id: x.id, route_id: x.record.route?.id },
      "client took nothing of its response; connection closed",
    );
    if (!x.responder.left) x.break("client_closed");
  }
}

/** A client that stops sending counts as gone (contract, section 4), unless its whole response was handed to the connection. */
function halfClosed(socket: ClientSocket): void {
  const x = socket.latest;
  if (x !== undefined && !x.done && !x.responder.res.writableEnded) socket.destroy();
}
