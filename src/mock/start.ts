// Starts and stops a mock provider: one node:http server around `respond` and `deliver`, and around its WebSockets.

import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { deliver } from "./deliver.ts";
import { dialectOf, first, keysOf } from "./dialect.ts";
import { readBody } from "./read-body.ts";
import { type Delivery, respond } from "./respond.ts";
import { serveUpgrade } from "./sockets/serve-upgrade.ts";
import { WebSockets } from "./sockets/web-sockets.ts";
import { type MockStats, Tally } from "./stats.ts";
import { Books, type OpenEntry, shortened } from "./usage/books.ts";

/** The default pause between events, ms: slow enough to see them arrive one by one. */
const DEFAULT_PACE_MS = 40;

/** As long as the real providers keep idle connections, so that those of a gateway do not become stale, ms. */
const KEEP_ALIVE_MS = 75_000;

/** The request line and headers of a request, as the mock received them. */
export interface SeenRequest {
  readonly method: string;
  /** The raw request target, query included. */
  readonly target: string;
  /** Names and values alternate, as they were received. */
  readonly rawHeaders: readonly string[];
}

export interface MockOptions {
  /** Default 0, which takes a free port. */
  readonly port?: number;
  /** Default 127.0.0.1, because the mock is not meant for a network. */
  readonly host?: string;
  /** If set, requests without this key get a 401, as from the real providers. */
  readonly key?: string;
  /** Pause before each event of a stream, ms. Default 40. A request may ask for another one. */
  readonly paceMs?: number;
  /** Called for each request when its headers arrive. */
  readonly onRequest?: (request: SeenRequest) => void;
  /** Returns the Unix time, ms. */
  readonly now?: () => number;
}

export interface Mock {
  /** Without a trailing slash: `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly port: number;
  readonly stats: MockStats;
  /** What was billed, and what was told of it. `GET /__books` shows the same. */
  readonly books: Books;
  /** Resolves as soon as `wanted` is true of the counts. */
  until(wanted: (stats: MockStats) => boolean): Promise<void>;
  /** Breaks running requests. Resolves when the port is free. */
  close(): Promise<void>;
}

/**
 * Starts a mock provider that answers like OpenAI, Anthropic, Gemini and Ollama.
 * @throws the error of listening, for example `EADDRINUSE`
 */
export async function startMock(options: MockOptions = {}): Promise<Mock> {
  const tally = new Tally();
  const books = new Books();
  const sockets = new WebSockets();
  // Those that the server no longer knows, since they asked for an upgrade.
  const upgraded = new Set<Duplex>();
  const host = options.host ?? "127.0.0.1";
  const server = createServer((req, res) => {
    // An error in one request breaks that request and no other.
    serveOne(req, res, options, tally, books).catch(() => res.destroy());
  });
  server.on("upgrade", (req, socket, head) => {
    upgraded.add(socket);
    socket.on("close", () => upgraded.delete(socket));
    const { key, paceMs = DEFAULT_PACE_MS, now = Date.now, onRequest } = options;
    serveUpgrade({ req, socket, head }, { sockets, tally, books, key, paceMs, now, onRequest }, (delivery) => {
      const res = answerTo(req, socket);
      serveOne(req, res, options, tally, books, delivery).catch(() => res.destroy());
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on("clientError", (_err, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
    else socket.destroy();
  });
  const port = await listen(server, options.port ?? 0, host);
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    get stats() {
      return tally.stats;
    },
    books,
    until: (wanted) => tally.until(wanted),
    close() {
      const closed = close(server);
      for (const socket of upgraded) socket.destroy();
      return closed;
    },
  };
}

/** The response to a request for an upgrade that is answered like any other. */
function answerTo(req: IncomingMessage, socket: Duplex): ServerResponse {
  const res = new ServerResponse(req);
  res.shouldKeepAlive = false;
  res.on("finish", () => socket.end());
  // On a TCP server, each connection is a socket of this type.
  res.assignSocket(socket as Socket);
  return res;
}

async function serveOne(
  req: IncomingMessage,
  res: ServerResponse,
  options: MockOptions,
  tally: Tally,
  books: Books,
  decided?: Delivery,
): Promise<void> {
  const { method = "", url: target = "", headers, rawHeaders } = req;
  tally.add({ requests: 1, openRequests: 1 });
  const id = `mock${tally.stats.requests.toString(16)}`;
  const gone = new AbortController();
  let streaming = false;
  let entry: OpenEntry | undefined;
  // A write after the client has left causes this error. The close event below handles that case.
  res.on("error", () => {});
  res.on("close", () => {
    gone.abort();
    const aborted = res.writableFinished ? 0 : 1;
    entry?.close(aborted === 1 ? "cut" : "whole");
    const streams = streaming ? { openStreams: -1, abortedStreams: aborted } : {};
    tally.add({ openRequests: -1, abortedRequests: aborted, ...streams });
  });
  options.onRequest?.({ method, target, rawHeaders });

  const body = await readBody(req);
  if (body === "gone") return;
  const now = Math.floor((options.now ?? Date.now)() / 1000);
  const mock = { key: options.key, paceMs: options.paceMs ?? DEFAULT_PACE_MS, books };
  const delivery = decided ?? (await respond({ id, now, method, target, headers, body }, mock));
  const { answer, settings } = delivery;
  entry = openEntry(books, req, delivery);
  if (gone.signal.aborted) return entry?.close("cut");
  if (answer.kind === "stream") {
    streaming = true;
    tally.add({ openStreams: 1 });
  }
  await deliver(res, answer, {
    ...{ id, settings, entry },
    accepts: first(headers["accept-encoding"]),
    signal: gone.signal,
  });
}

/** Writes a bill into the books. Providers bill an answer also when the client leaves before its end. */
function openEntry(books: Books, req: IncomingMessage, { answer, model }: Delivery): OpenEntry | undefined {
  if (answer.billed === undefined) return undefined;
  const { url: target = "", headers } = req;
  const dialect = dialectOf(target.split("?", 1)[0] ?? "", headers);
  const [key] = keysOf(dialect, target, headers);
  return books.open({
    requestId: first(headers["x-request-id"]) ?? null,
    model: model ?? null,
    key: key === undefined ? null : shortened(key),
    billed: answer.billed,
  });
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      // A server on a TCP port always has this type of address.
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
