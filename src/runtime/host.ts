// Who hosts the plan? The server, the plan of the moment, and what is under way on it.

import type { AddressInfo } from "node:net";
import type { ServerSpec } from "../plan/blueprint.ts";
import type { Plan } from "../plan/plan.ts";
import { type Reply, replyFor } from "../plan/replies.ts";
import { type OwnEndpoints, ownEndpoints } from "./admin/own-endpoints.ts";
import { type DispatchContext, dispatch } from "./dispatch.ts";
import type { LiveExchange } from "./exchange.ts";
import type { DownstreamSocket } from "./message.ts";
import type { Log } from "./observe/log.ts";
import { NOBODY, type Observer } from "./observe/observer.ts";
import { requestId } from "./request-id.ts";
import { createGatewayServer, type GatewayServer } from "./server.ts";
import { refusalFor, writeUnread } from "./unread.ts";

const INVALID_PATH = replyFor("invalid_path");

/** What may be seen of the host: who is told of its exchanges, and what is served of that. */
export interface Seeing {
  readonly observer: Observer;
  readonly endpoints: OwnEndpoints | undefined;
}

const UNSEEN: Seeing = { observer: NOBODY, endpoints: undefined };

export class Host implements DispatchContext {
  readonly own: OwnEndpoints;
  readonly observer: Observer;
  readonly #server: GatewayServer;
  readonly #log: Log;
  #plan: Plan<LiveExchange>;
  #phase: "serving" | "grace" | "draining" = "serving";
  readonly #connections = new Set<DownstreamSocket>();
  #underWay = 0;
  #whenIdle: (() => void) | undefined = undefined;

  constructor(plan: Plan<LiveExchange>, log: Log, { observer, endpoints }: Seeing = UNSEEN) {
    this.#plan = plan;
    this.#log = log;
    this.observer = observer;
    this.own = ownEndpoints(() => this.#phase === "serving", endpoints);
    this.#server = createGatewayServer({
      onRequest: (req, res, expectation) => dispatch(this, req, res, expectation),
      onUnread: (err, socket) => this.#unread(err, socket),
      onConnect: (socket) => this.#refuse(socket, INVALID_PATH),
      onConnection: (socket) => this.#connected(socket),
      onHalfClose: (socket) => halfClosed(socket),
    });
  }

  get plan(): Plan<LiveExchange> {
    return this.#plan;
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

  /** New exchanges run on this plan; those under way end on the one they began with. */
  swap(plan: Plan<LiveExchange>): void {
    this.#plan = plan;
  }

  /**
   * Shuts down (spec section 8): unready for the grace time, then no new connections, exchanges may finish, the rest is broken.
   * @returns true when all exchanges finished by themselves
   */
  async drain({ graceMs, drainTimeoutMs }: ServerSpec["shutdown"]): Promise<boolean> {
    this.#phase = "grace";
    if (graceMs > 0) await new Promise((resolve) => setTimeout(resolve, graceMs));
    this.#phase = "draining";
    this.#server.close();
    this.#server.closeIdleConnections();
    // Node counts only those as idle that have had a request.
    for (const socket of this.#connections) if (socket.bytesRead === 0) socket.destroy();
    const finished = this.#underWay === 0 || (await this.#idleWithin(drainTimeoutMs));
    this.#server.closeAllConnections();
    return finished;
  }

  began(_x: LiveExchange): void {
    this.#underWay++;
  }

  finished(x: LiveExchange): void {
    this.#underWay--;
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
      // The exchange's own body was bad: it can still be told so, unless its answer has begun or another is before it.
      if (reply === undefined || x.answered || x.res.socket !== socket) socket.destroy();
      else x.reply(reply);
      return;
    }
    if (reply === undefined || !socket.writable || socket.bytesRead === 0) socket.destroy();
    else this.#refuse(socket, reply);
  }

  #refuse(socket: DownstreamSocket, reply: Reply): void {
    const id = requestId(undefined);
    writeUnread(socket, reply, id);
    const request = { requestId: id, outcome: reply.outcome, status: reply.status };
    this.#log.unread(request);
    this.observer.unread(request);
  }
}

/** A client that has stopped sending is gone (spec section 4), unless all of its answer is on the way already. */
function halfClosed(socket: DownstreamSocket): void {
  const x = socket.latest;
  if (x !== undefined && !x.done && !x.res.writableEnded) socket.destroy();
}
