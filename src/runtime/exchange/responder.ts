// Writes the one response of an exchange to the client's connection, or breaks the connection.

import { type IncomingMessage, STATUS_CODES } from "node:http";
import {
  type DownstreamSocket,
  endAndLinger,
  type GatewayResponse,
  lingerOnClose,
  resetConnection,
} from "./connection.ts";

/** How a body is sent: in chunks we write ourselves, or as it is. */
export type BodyFraming = "chunked" | "plain";

export class Responder {
  readonly req: IncomingMessage;
  /** Node's response object. Bodies of upstream responses are written to it. */
  readonly res: GatewayResponse;
  readonly #announcesBody: boolean;
  #closeDelimited = false;
  #last = false;

  /** @param announcesBody the request has a body, which may not have been read yet */
  constructor(req: IncomingMessage, res: GatewayResponse, announcesBody: boolean) {
    this.req = req;
    this.res = res;
    this.#announcesBody = announcesBody;
  }

  /** True once the response head is on its way. After that, only breaking the connection can report a failure. */
  get begun(): boolean {
    return this.res.headersSent;
  }

  /** True once the last byte was handed to the operating system. */
  get finished(): boolean {
    return this.res.writableFinished;
  }

  /**
   * Writes a whole response.
   * @param head names and values in turn; taken over
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
   * @param head names and values in turn, without framing headers other than `content-length`; taken over
   * @param close this response must be the connection's last
   * @returns how to send the body
   * @throws what Node throws for a head it can't send
   */
  begin(status: number, reason: string, head: string[], hasLength: boolean, close: boolean): BodyFraming {
    if (this.#endsConnection(close)) head.push("connection", "close");
    this.res.writeHead(status, reason, head);
    if (this.res.chunkedEncoding) {
      // We write head, chunk size, bytes and end in one write. Node would need up to five.
      this.res.chunkedEncoding = false;
      return "chunked";
    }
    this.#closeDelimited = !hasLength;
    return "plain";
  }

  /** Breaks the connection under a response that can't be completed, so that the client can't take it for complete (fact F2). */
  break(): void {
    const { res } = this;
    // A body that ends where the connection ends looks complete after a FIN: reset instead.
    if (this.#closeDelimited && res.socket !== null) resetConnection(res.socket);
    res.destroy();
  }

  /**
   * Makes this response the connection's last: what came behind its request is not a request.
   * @returns true when the head, already sent, promised to keep the connection: it must be ended by `endConnection`
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

  /** A body left unread could be taken for the next request (hazard R6): then the connection has to end. */
  #endsConnection(close: boolean): boolean {
    const unread = this.#announcesBody && !this.req.complete;
    if (unread) lingerOnClose(this.#socket);
    return unread || this.#last || close;
  }

  get #socket(): DownstreamSocket {
    return this.req.socket;
  }
}
