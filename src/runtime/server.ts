// Which limits does the HTTP server itself keep, and where do its events go? Node's defaults are too generous for an edge.

import { createServer, type Server } from "node:http";
import type { Expectation } from "./dispatch.ts";
import { type DownstreamSocket, GatewayRequest, type GatewayResponse } from "./message.ts";

/** Spec section 4: a head is complete 10 s after its first byte, closed by 12 s, and fits 32 KiB. */
const HEAD_MS = 10_000;
const HEAD_CHECK_MS = 1000;
const HEAD_BYTES = 32 * 1024;
/** Longer than the balancer in front keeps its own. */
const KEEP_ALIVE_MS = 65_000;

export type GatewayServer = Server<typeof GatewayRequest>;

export interface ServerEvents {
  readonly onRequest: (req: GatewayRequest, res: GatewayResponse, expectation: Expectation) => void;
  /** The parser gave up on what came, or it came too slowly. */
  readonly onUnread: (err: NodeJS.ErrnoException, socket: DownstreamSocket) => void;
  /** A CONNECT: its target is no path. */
  readonly onConnect: (socket: DownstreamSocket) => void;
  readonly onConnection: (socket: DownstreamSocket) => void;
  /** The client has shut down its sending side. */
  readonly onHalfClose: (socket: DownstreamSocket) => void;
}

export function createGatewayServer(events: ServerEvents): GatewayServer {
  const server = createServer({
    IncomingMessage: GatewayRequest,
    headersTimeout: HEAD_MS,
    connectionsCheckingInterval: HEAD_CHECK_MS,
    // Slow uploads are legitimate; the deadlines of the route bound them.
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: HEAD_BYTES,
    highWaterMark: 64 * 1024,
    // We refuse it with our own body.
    requireHostHeader: false,
  });
  // A limit would cut the list, and could hide the framing behind the cut (hazard R2).
  server.maxHeadersCount = 0;
  server.on("request", (req, res) => events.onRequest(req, res, "none"));
  // Node looks for the word anywhere in the value; only the value itself is an expectation we know.
  server.on("checkContinue", (req, res) => {
    events.onRequest(req, res, req.headers.expect?.toLowerCase() === "100-continue" ? "continue" : "unknown");
  });
  server.on("checkExpectation", (req, res) => events.onRequest(req, res, "unknown"));
  server.on("clientError", (err: NodeJS.ErrnoException, socket) => events.onUnread(err, socket as DownstreamSocket));
  server.on("connect", (_req, socket) => events.onConnect(socket as DownstreamSocket));
  server.on("connection", (socket: DownstreamSocket) => {
    events.onConnection(socket);
    socket.on("end", () => events.onHalfClose(socket));
  });
  return server;
}
