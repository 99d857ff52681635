// Writes the one response of an exchange to the client's connection, or breaks the connection.

import { type IncomingMessage, STATUS_CODES } from "node:http";
import {
  type DownstreamSocket,
  endAndLinger,
  type GatewayResponse,
  lingerOnClose,
  resetConnection,
} from "./connection.ts";
import type { EarlyBytes } from "./raw-response.ts";

/** How a body is sent: in chunks that we write ourselves, or as it is. */
export type BodyFraming = "chunked" | "plain";

const SWITCHING = 101;

/** The client's connection, once it is a WebSocket. */
export interface OpenedSocket {
  readonly socket: DownstreamSocket;
  /** What the client sent before. */
  readonly early: readonly Buffer[];
}

export class Responder {
  readonly req: IncomingMessage;
  /** Node's response object. Bodies of upstream responses are written to it. */
  readonly res: GatewayResponse;
  /** A part of the request's body may still have to be read. */
  #awaitsBody: boolean;
  readonly #early: EarlyBytes | undefined;
  #opened = false;
  #closeDelimited = false;
  #last = false;
  #whenLeft: (() => boolean) | undefined = undefined;
  #left = false;

  /**
   * @param announcesBody whether the request's headers announce a body, which may not have been read yet
   * @param early present where the connection can become a WebSocket
   */
  constructor(req: IncomingMessage, res: GatewayResponse, announcesBody: boolean, early?: EarlyBytes) {
    this.#early = early;
    this.req = req;
    this.res = res;
    this.#awaitsBody = announcesBody;
  }

  /** True once the response head is written. After that, only a broken connection can show a failure to the client. */
  get begun(): boolean {
    return this.res.headersSent;
  }

  /** The client has left, and the exchange goes on without it (`on_client_abort: drain`; contract, section 13). */
  get left(): boolean {
    return this.#left;
  }

  /** @param whenLeft called when the client has left. Says whether the exchange goes on without it. `undefined`: it does not */
  onLeft(whenLeft: (() => boolean) | undefined): void {
    this.#whenLeft = whenLeft;
  }

  /** The response is closed: it is complete, or the client has left. @returns whether the exchange goes on without the client */
  goesOn(): boolean {
    if (this.#whenLeft === undefined) return false;
    // What goes on may end before the call returns.
    this.#left = true;
    this.#left = this.#whenLeft();
    return this.#left;
  }

  /** True once the last byte was handed to the operating system. */
  get finished(): boolean {
    const { socket } = this.req;
    // After the 101, what was sent is no response.
    if (this.#opened) return true;
    // Node also calls a response finished when its connection was destroyed before the last byte was written.
    return this.res.writableFinished && (!socket.destroyed || socket.writableFinished);
  }

  /** All of the request's body was read. Where it has a length, that is known before Node calls the request complete. */
  bodyRead(): void {
    this.#awaitsBody = false;
  }

  /**
   * Writes a whole response.
   * @param head names and values in turn; it is changed here
   * @param close this response must be the connection's last
   * @returns the body bytes sent
   */
  send(status: number, head: string[], body: string, close: boolean): number {
    if (this.#endsConnection(close)) head.push("connection", "close");
    this.res.writeHead(status, STATUS_CODES[status] ?? "", head);
    this.res.end(body);
    return this.req.method === "HEAD" ? 0 : Buffer.byteLength(body);
  }

  /**
   * Begins a response whose body follows. The head is written, but not yet flushed.
   * @param head names and values in turn, without framing headers other than `content-length`; it is changed here
   * @param close this response must be the connection's last
   * @returns how to send the body
   * @throws what Node throws for a head it can't send
   */
  begin(status: number, reason: string, head: string[], hasLength: boolean, close: boolean): BodyFraming {
    if (this.#endsConnection(close)) head.push("connection", "close");
    this.res.writeHead(status, reason, head);
    if (this.res.chunkedEncoding) {
      // `upstream/write.ts` writes head, chunk size, bytes and end in one write. Node would need up to five.
      this.res.chunkedEncoding = false;
      return "chunked";
    }
    this.#closeDelimited = !hasLength;
    return "plain";
  }

  /**
   * Sends the 101 that opens a WebSocket, and gives the connection away. Node's response object has no part in it any more.
   * @param head names and values in turn
   * @throws what Node throws for a head it can't send
   */
  open(head: readonly string[]): OpenedSocket {
    const { res } = this;
    res.writeHead(SWITCHING, STATUS_CODES[SWITCHING] ?? "", [...head]);
    // A 101 has no body, so this is all of it.
    res.end();
    this.#opened = true;
    res.detachSocket(this.#socket);
    return { socket: this.#socket, early: this.#early?.take() ?? [] };
  }

  /** Breaks the connection of a response that can't be completed, so that the client notices that it is incomplete (fact F2). */
  break(): void {
    const { res } = this;
    if (this.#opened) return resetConnection(this.#socket);
    // A body that ends with its connection would look complete after a FIN: the connection is reset instead.
    if (this.#closeDelimited && res.socket !== null) resetConnection(res.socket);
    res.destroy();
  }

  /**
   * Makes this response the last one of its connection: the bytes after its request are not a request.
   * @returns true when the head is already written, without `connection: close`. Then the caller must call `endConnection`
   */
  closeAfter(): boolean {
    if (this.#last) return false;
    this.#last = true;
    lingerOnClose(this.#socket);
    return this.begun;
  }

  endConnection(): void {
    endAndLinger(this.#socket);
  }

  /** Whether the connection has to end. An unread body could be read as the next request (hazard R6). */
  #endsConnection(close: boolean): boolean {
    const unread = this.#awaitsBody && !this.req.complete;
    if (unread) lingerOnClose(this.#socket);
    return unread || this.#last || close;
  }

  get #socket(): DownstreamSocket {
    return this.req.socket;
  }
}
