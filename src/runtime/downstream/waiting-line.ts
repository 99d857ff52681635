// Lets the pipelined requests of one connection wait until the response before theirs has ended (contract, section 4).

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { GatewayResponse } from "../exchange/connection.ts";
import type { Expectation } from "./examine.ts";

/** A request that Node has read. It is not examined, counted or logged before its turn. */
export interface WaitingRequest {
  readonly req: IncomingMessage;
  readonly res: GatewayResponse;
  readonly expectation: Expectation;
}

/**
 * When so many requests wait, the gateway reads no more from the connection. Below this number it reads on, because only a
 * connection that is read shows that the client leaves. One read of 64 KiB can bring more requests than this, but no further read follows.
 */
export const WAITING_MAX = 100;

/** The line of one connection. It is made for the first request that has to wait. */
export class WaitingLine {
  /** An error that the parser reported behind the last request of the line. */
  error: NodeJS.ErrnoException | undefined = undefined;
  readonly #socket: Socket;
  #requests: WaitingRequest[] = [];
  #paused = false;
  #pauseDue = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    // Node reads on when the client has taken what was written, whatever waits here.
    socket.on("drain", () => this.#pauseLater());
  }

  get isEmpty(): boolean {
    return this.#requests.length === 0;
  }

  add(request: WaitingRequest): void {
    this.#requests.push(request);
    this.#pauseLater();
  }

  /**
   * Takes the next request, after the response before it has ended.
   * @returns `undefined` when none waits, or when that response was the last one of its connection: then all are dropped
   */
  next(): WaitingRequest | undefined {
    const request = this.#requests.shift();
    if (request === undefined) return undefined;
    // The response before it closes the connection (fact F12), or the client has left.
    if (request.res.socket === null || !this.#socket.writable) {
      this.#drop(request);
      return undefined;
    }
    if (this.#requests.length < WAITING_MAX) this.#readOn();
    return request;
  }

  /** Reads and drops the rest of what was sent, so that no reset destroys the last response. */
  #drop(first: WaitingRequest): void {
    first.req.resume();
    for (const { req } of this.#requests.splice(0)) req.resume();
    this.#readOn();
  }

  /** Node reads on after each request that it has parsed. So the pause has to come after that, but before the next read. */
  #pauseLater(): void {
    if (this.#pauseDue || this.#requests.length < WAITING_MAX) return;
    this.#pauseDue = true;
    process.nextTick(() => {
      this.#pauseDue = false;
      if (this.#requests.length < WAITING_MAX) return;
      this.#paused = true;
      this.#socket.pause();
    });
  }

  #readOn(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
  }
}
