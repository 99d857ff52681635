// Makes the response of a request that asks for a WebSocket. Node's server has handed its connection over: nobody else writes to
// it, reads from it, or ends it. Until the WebSocket is open, the answer is an ordinary HTTP response.

import { type IncomingMessage, ServerResponse } from "node:http";
import { type DownstreamSocket, endAndLinger, type GatewayResponse } from "./connection.ts";

/** A client may send so much before the answer to its handshake. After that, its connection is read no further until the answer. */
const EARLY_BYTES = 64 * 1024;

/** What a client sends before its WebSocket is open. Reading it is also how a client that leaves is noticed. */
export class EarlyBytes {
  readonly #socket: DownstreamSocket;
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** @param first what came together with the request */
  constructor(socket: DownstreamSocket, first: Buffer) {
    this.#socket = socket;
    if (first.length > 0) this.#keep(first);
    socket.on("data", this.#keep);
  }

  /** Keeps no more: who calls this reads on, from the next tick. @returns what came so far, in order */
  take(): readonly Buffer[] {
    const chunks = this.#chunks;
    this.#stop();
    this.#socket.resume();
    return chunks;
  }

  /** Reads and drops what came and what still comes. */
  drop(): void {
    this.#stop();
    this.#socket.resume();
  }

  #stop(): void {
    this.#socket.off("data", this.#keep);
    this.#chunks = [];
  }

  readonly #keep = (chunk: Buffer): void => {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > EARLY_BYTES) this.#socket.pause();
  };
}

/**
 * Makes the response. Its connection ends with it, unless it becomes a WebSocket: then `detachSocket` was called before.
 * @param socket has a listener for errors
 */
export function rawResponse(req: IncomingMessage, socket: DownstreamSocket, early: EarlyBytes): GatewayResponse {
  const res = new ServerResponse(req);
  res.shouldKeepAlive = false;
  // Node's server does these for its own connections only.
  socket.on("drain", () => res.emit("drain"));
  res.on("finish", () => {
    if (res.socket === null) return;
    res.detachSocket(socket);
    early.drop();
    endAndLinger(socket);
    process.nextTick(() => res.emit("close"));
  });
  res.assignSocket(socket);
  return res;
}
