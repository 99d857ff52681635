// Starts upstreams for tests, of two kinds. One speaks HTTP and records each request. The other has bare sockets, and the test
// writes each byte of its responses.

import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { Inbox, PATIENCE_MS, within } from "./deadline.ts";
import { framingOf, type MessageHead, namesOf, onlyValueOf, parseBody, parseHead, valuesOf } from "./http-message.ts";
import { freePort } from "./ports.ts";
import { Wire } from "./wire.ts";

/** A request as it arrived at the upstream. */
export interface Arrival {
  readonly method: string;
  /** The raw request target. */
  readonly url: string;
  readonly rawHeaders: readonly string[];
  /** Header names in order, lower-case. */
  readonly names: readonly string[];
  /** The one value of a header. @throws Error when it came twice */
  header(name: string): string | undefined;
  /** All values of a header. */
  headers(name: string): string[];
  /** The port it came from, by which connections can be distinguished. */
  readonly remotePort: number;
  /** The whole body. Rejects when the request was cut. Never settles with `body: "leave"`. */
  readonly body: Promise<Buffer>;
  /** How it ended on this side: the response was sent completely, or the gateway disconnected first. */
  readonly closed: Promise<"whole" | "aborted">;
}

interface Listening {
  readonly port: number;
  readonly url: string;
  /** Connections accepted since the start. */
  readonly connections: number;
  /** Connections open now. */
  readonly open: number;
  /** Waits until no connection is open. */
  untilIdle(): Promise<void>;
  /** Stops listening and closes all connections. */
  close(): Promise<void>;
}

export interface Upstream extends Listening {
  /** Every request so far, in order of arrival. */
  readonly requests: readonly Arrival[];
  /** The next request not yet taken. Its headers have been read, its body may not. */
  nextRequest(ms?: number): Promise<Arrival>;
}

export type UpstreamHandler = (req: IncomingMessage, res: ServerResponse, arrival: Arrival) => void;

export interface UpstreamOptions {
  /** `keep` (default) records bodies; `leave` does not read them, so that the handler can read them later. */
  readonly body?: "keep" | "leave";
  /** How long an idle connection is kept, ms. Default: for ever. */
  readonly keepAliveMs?: number;
}

/** Answers 200 `ok` once the request has been read. */
export const answerOk: UpstreamHandler = (req, res) => {
  req.resume();
  req.once("end", () => res.end("ok"));
};

/** Starts an upstream that speaks HTTP. */
export async function startUpstream(
  handler: UpstreamHandler = answerOk,
  options: UpstreamOptions = {},
): Promise<Upstream> {
  const inbox = new Inbox<Arrival>("request at the upstream");
  const limits = { keepAliveTimeout: options.keepAliveMs ?? 0, requestTimeout: 0, maxHeaderSize: 128 * 1024 };
  const server = createHttpServer(limits, (req, res) => {
    const arrival = arrivalOf(req, res, options.body ?? "keep");
    inbox.put(arrival);
    handler(req, res, arrival);
  });
  server.maxHeadersCount = 0;
  const listening = await listen(server);
  return withGetters(listening, { requests: inbox.all, nextRequest: (ms?: number) => inbox.next(ms) });
}

function arrivalOf(req: IncomingMessage, res: ServerResponse, body: "keep" | "leave"): Arrival {
  const rawHeaders = [...req.rawHeaders];
  return {
    method: req.method ?? "",
    url: req.url ?? "",
    rawHeaders,
    names: namesOf(rawHeaders),
    header: (name) => onlyValueOf(rawHeaders, name),
    headers: (name) => valuesOf(rawHeaders, name),
    remotePort: req.socket.remotePort ?? 0,
    body: body === "keep" ? readBody(req) : new Promise(() => {}),
    closed: new Promise((resolve) => {
      res.once("close", () => resolve(res.writableFinished ? "whole" : "aborted"));
    }),
  };
}

function readBody(req: IncomingMessage): Promise<Buffer> {
  const body = new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.once("end", () => resolve(Buffer.concat(chunks)));
    req.once("error", reject);
    req.once("close", () => reject(new Error("the request was cut")));
  });
  // If a test does not use the body, its rejection must not count as unhandled.
  body.catch(() => {});
  return body;
}

/** One connection of a raw upstream: holds the bytes that the gateway sent, and sends those of the test. */
export class RawConnection extends Wire {
  /** Reads the head of the next request. */
  async requestHead(ms: number = PATIENCE_MS): Promise<MessageHead> {
    const head = await this.until("a request head", () => parseHead(this.bytes), ms);
    this.take(head.length);
    return head;
  }

  /** Reads the next request with its body. */
  async request(ms: number = PATIENCE_MS): Promise<MessageHead & { readonly body: Buffer }> {
    const head = await this.requestHead(ms);
    return { ...head, body: await this.requestBody(head, ms) };
  }

  /** Reads the body after a head. Finds its end by content-length or transfer-encoding. */
  async requestBody(head: MessageHead, ms: number = PATIENCE_MS): Promise<Buffer> {
    const framing = framingOf(head);
    const done = await this.until(
      "the end of a request body",
      () => {
        const progress = parseBody(this.bytes, framing);
        return progress.whole ? progress : undefined;
      },
      ms,
    );
    this.take(done.used);
    return done.body;
  }
}

export interface RawUpstream extends Listening {
  readonly accepted: readonly RawConnection[];
  /** The next accepted connection not yet taken. */
  nextConnection(ms?: number): Promise<RawConnection>;
}

/**
 * Starts an upstream of bare sockets.
 * @param script run for each connection; when it throws, for example because the connection ended, the connection is closed
 */
export async function startRawUpstream(
  script: (connection: RawConnection, index: number) => Promise<void> | void = () => {},
): Promise<RawUpstream> {
  const inbox = new Inbox<RawConnection>("connection at the upstream");
  const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
    const connection = new RawConnection(socket);
    const index = inbox.all.length;
    inbox.put(connection);
    Promise.resolve(script(connection, index)).catch(() => socket.destroy());
    // `allowHalfOpen` lets a test close its own side only. When the gateway has closed its side, ours is closed too.
    connection.ended.then(() => socket.end());
  });
  const listening = await listen(server);
  return withGetters(listening, { accepted: inbox.all, nextConnection: (ms?: number) => inbox.next(ms) });
}

/** A port of this machine on which nothing listens. */
export function closedPort(): Promise<number> {
  return freePort();
}

async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  const idle = new Set<() => void>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => {
      sockets.delete(socket);
      if (sockets.size === 0) for (const resolve of idle) resolve();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    untilIdle: () => {
      const empty = new Promise<void>((resolve) => (sockets.size === 0 ? resolve() : idle.add(resolve)));
      return within(() => `${sockets.size} upstream connections to close`, empty);
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await within("the upstream to close", closed);
    },
  };
}

/** Adds members without reading the getters, as a spread would. */
function withGetters<T extends object, U extends object>(base: T, more: U): T & U {
  return Object.defineProperties(base, Object.getOwnPropertyDescriptors(more)) as T & U;
}
