// How is a mock provider started and stopped? One node:http server around `respond` and `deliver`.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { deliver } from "./deliver.ts";
import { readBody } from "./read-body.ts";
import { respond } from "./respond.ts";
import { type MockStats, Tally } from "./stats.ts";

/** Slow enough to be watched, fast enough not to be waited for, ms. */
const WATCHABLE_PACE_MS = 40;

const KEEP_ALIVE_MS = 75_000;

/** The head of a request, as the mock saw it. */
export interface SeenRequest {
  readonly method: string;
  /** The raw request target, query included. */
  readonly target: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
}

export interface MockOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Default 127.0.0.1: the mock is for trying things out, not for a network. */
  readonly host?: string;
  /** Given, requests without this key are answered 401, as the real providers do. */
  readonly key?: string;
  /** Pause before each event of a stream, ms; default 40. A request may ask for another. */
  readonly paceMs?: number;
  /** Told of every request's head as it arrives. */
  readonly onRequest?: (request: SeenRequest) => void;
  /** Unix time, ms. */
  readonly now?: () => number;
}

export interface Mock {
  /** Without a trailing slash: `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly port: number;
  readonly stats: MockStats;
  /** Resolves as soon as the counts are as wanted. */
  until(wanted: (stats: MockStats) => boolean): Promise<void>;
  /** Breaks what is under way and resolves once the port is free. */
  close(): Promise<void>;
}

/**
 * Starts a mock provider that answers like OpenAI and Anthropic.
 * @throws the listen error (for example `EADDRINUSE`)
 */
export async function startMock(options: MockOptions = {}): Promise<Mock> {
  const tally = new Tally();
  const host = options.host ?? "127.0.0.1";
  const server = createServer((req, res) => {
    // Whatever goes wrong with one request breaks that one and no other.
    serveOne(req, res, options, tally).catch(() => res.destroy());
  });
  // As patient as the real providers, so that a gateway's pooled connections do not go stale under it.
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
    until: (wanted) => tally.until(wanted),
    close: () => close(server),
  };
}

async function serveOne(req: IncomingMessage, res: ServerResponse, options: MockOptions, tally: Tally): Promise<void> {
  const { method = "", url: target = "", headers, rawHeaders } = req;
  tally.add({ requests: 1, openRequests: 1 });
  const id = `mock${tally.stats.requests.toString(16)}`;
  const gone = new AbortController();
  let streaming = false;
  // A write to a response whose client has left is reported here; the close below says all there is to say.
  res.on("error", () => {});
  res.on("close", () => {
    gone.abort();
    const aborted = res.writableFinished ? 0 : 1;
    const streams = streaming ? { openStreams: -1, abortedStreams: aborted } : {};
    tally.add({ openRequests: -1, abortedRequests: aborted, ...streams });
  });
  options.onRequest?.({ method, target, rawHeaders });

  const body = await readBody(req);
  if (body === "gone") return;
  const now = Math.floor((options.now ?? Date.now)() / 1000);
  const manners = { key: options.key, paceMs: options.paceMs ?? WATCHABLE_PACE_MS };
  const { answer, knobs } = await respond({ id, now, method, target, headers, body }, manners);
  if (gone.signal.aborted) return;
  if (answer.kind === "stream") {
    streaming = true;
    tally.add({ openStreams: 1 });
  }
  await deliver(res, id, answer, knobs, gone.signal);
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      // A server that listens on TCP has an address of this shape.
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
