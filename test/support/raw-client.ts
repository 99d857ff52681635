// A client on a bare socket. Unlike an HTTP library, it can send any bytes in any pieces, and end the connection in any way.

import { once } from "node:events";
import { connect } from "node:net";
import { PATIENCE_MS, within } from "./deadline.ts";
import { framingOf, type MessageHead, onlyValueOf, parseBody, parseHead, statusOf, valuesOf } from "./http-message.ts";
import { type PeerEnd, Wire } from "./wire.ts";

/** A response's head as it came. */
export interface RawHead extends MessageHead {
  readonly status: number;
  /** Heads of 1xx responses that came before. */
  readonly interim: readonly MessageHead[];
  /** The one value of a header. @throws Error when it came twice */
  header(name: string): string | undefined;
  /** All values of a header. */
  headers(name: string): string[];
}

export interface RawResponse extends RawHead {
  readonly body: Buffer;
  readonly text: string;
  /**
   * True when the body is complete. A body delimited by the connection's end counts as complete after a FIN, and as cut
   * after a reset.
   */
  readonly whole: boolean;
  /** How the connection ended, when it ended before or with the body. */
  readonly end: PeerEnd | undefined;
  readonly trailers: readonly string[];
}

/** A client on a bare socket. It reads one response at a time: with `head()` and then `body()`, or with `response()`. */
export class RawClient extends Wire {
  /** The head of the next final response; 1xx responses are kept in `interim`. @param ms longest wait */
  async head(ms: number = PATIENCE_MS): Promise<RawHead> {
    const interim: MessageHead[] = [];
    for (;;) {
      const head = await this.until("a response head", () => parseHead(this.bytes), ms);
      this.take(head.length);
      const status = statusOf(head);
      if (status >= 200 || status === 101) {
        return {
          ...head,
          status,
          interim,
          header: (name) => onlyValueOf(head.rawHeaders, name),
          headers: (name) => valuesOf(head.rawHeaders, name),
        };
      }
      interim.push(head);
    }
  }

  /** Reads the body after `head`, until it is whole or the connection ends. @param method the method of the request */
  async body(head: RawHead, method = "GET", ms: number = PATIENCE_MS): Promise<RawResponse> {
    const framing = framingOf(head, method);
    const done = await this.until(
      "the end of a response body",
      () => {
        const progress = parseBody(this.bytes, framing);
        return progress.whole || this.end !== undefined ? progress : undefined;
      },
      ms,
    );
    const whole = done.whole || (framing.kind === "until-close" && this.end === "fin");
    this.take(done.used);
    return { ...head, body: done.body, text: done.body.toString(), whole, end: this.end, trailers: done.trailers };
  }

  /** The next final response, with its body whole or cut. */
  async response(method = "GET", ms: number = PATIENCE_MS): Promise<RawResponse> {
    return this.body(await this.head(ms), method, ms);
  }
}

/** Opens a connection to a server on this machine. */
export async function connectRaw(port: number, host = "127.0.0.1"): Promise<RawClient> {
  const socket = connect({ port, host, allowHalfOpen: true });
  const client = new RawClient(socket);
  await within(`a connection to ${host}:${port}`, once(socket, "connect"));
  return client;
}

/**
 * The bytes of a request with these header lines, `host` first.
 * @param lines header lines, sent as they are, such as `["X-A: 1"]`; one that starts with `host:` replaces the default
 */
export function requestText(method: string, target: string, lines: readonly string[] = [], body = ""): string {
  const host = lines.some((line) => /^host\s*:/i.test(line)) ? [] : ["Host: gateway.test"];
  return `${[`${method} ${target} HTTP/1.1`, ...host, ...lines].join("\r\n")}\r\n\r\n${body}`;
}

/** Sends one request on a new connection, reads the response, and closes the connection. */
export async function exchange(port: number, request: string | Uint8Array, method = "GET"): Promise<RawResponse> {
  const client = await connectRaw(port);
  try {
    await client.send(request);
    return await client.response(method);
  } finally {
    await client.close();
  }
}
