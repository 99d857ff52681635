// Closes connections of clients that have sent no further request for a time (contract, section 4, "Connections").
//
// It looks at all connections at intervals. Node's own way would set and clear a timer for each request.

import type { ClientSocket } from "./client-socket.ts";

/** There are at least this many looks in one keep-alive time. A connection is closed after that time, and at most one look later. */
const LOOKS = 10;

/** The longest time between two looks, ms. */
const LOOK_MS = 1000;

/** What a connection was like when a look found it idle first. */
interface Idle {
  /** On the clock of `performance.now()`, ms. */
  readonly since: number;
  /** The last exchange of the connection. */
  readonly after: ClientSocket["latest"];
  readonly bytesRead: number;
}

export class KeepAlive {
  readonly #sockets: Iterable<ClientSocket>;
  readonly #keepAliveMs: number;
  readonly #idle = new WeakMap<ClientSocket, Idle>();
  #timer: NodeJS.Timeout | undefined = undefined;

  /**
   * @param sockets all open connections, at the time of each look
   * @param keepAliveMs how long an idle connection is kept, ms
   */
  constructor(sockets: Iterable<ClientSocket>, keepAliveMs: number) {
    this.#sockets = sockets;
    this.#keepAliveMs = keepAliveMs;
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), Math.min(this.#keepAliveMs / LOOKS, LOOK_MS)).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    for (const socket of this.#sockets) {
      const { latest } = socket;
      // Until the first request, the time for its headers counts.
      if (latest?.done !== true || socket.lingering) continue;
      const idle = this.#idle.get(socket);
      // Bytes that came since may be the beginning of a request, for which the time for its headers counts. That time is shorter. Empty
      // lines begin no request, so the connection is idle anew.
      if (idle === undefined || idle.after !== latest || idle.bytesRead !== socket.bytesRead) {
        this.#idle.set(socket, { since: now, after: latest, bytesRead: socket.bytesRead });
      } else if (now - idle.since >= this.#keepAliveMs) {
        socket.destroy();
      }
    }
  }
}
