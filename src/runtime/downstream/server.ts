// Which limits does the HTTP server itself keep, and where do its events go? Node's defaults are too generous for an edge.

import * as http from "node:http";
import * as https from "node:https";
import type { GatewayResponse } from "../exchange/connection.ts";
import type { ClientSocket } from "./client-socket.ts";
import type { Expectation } from "./dispatch.ts";
import { linkTransports, type TlsPair, tlsOptions } from "./tls.ts";

/** Contract, section 4: a head is complete 10 s after its first byte, closed by 12 s, and fits 32 KiB. */
const HEAD_MS = 10_000;
const HEAD_CHECK_MS = 1000;
const HEAD_BYTES = 32 * 1024;
/** Longer than the balancer in front keeps its own. */
const KEEP_ALIVE_MS = 65_000;

export type GatewayServer = http.Server | https.Server;

export interface ServerEvents {
  readonly onRequest: (req: http.IncomingMessage, res: GatewayResponse, expectation: Expectation) => void;
  /** The parser gave up on what came, or it came too slowly. */
  readonly onUnparsed: (err: NodeJS.ErrnoException, socket: ClientSocket) => void;
  /** A CONNECT: its target is no path. */
  readonly onConnect: (socket: ClientSocket) => void;
  readonly onConnection: (socket: ClientSocket) => void;
  /** A TLS handshake came to nothing. */
  readonly onHandshakeFailure: (err: NodeJS.ErrnoException) => void;
  /** The client has shut down its sending side. */
  readonly onHalfClose: (socket: ClientSocket) => void;
}

const HTTP_OPTIONS = {
  headersTimeout: HEAD_MS,
  connectionsCheckingInterval: HEAD_CHECK_MS,
  // Slow uploads are legitimate; the deadlines of the route bound them.
  requestTimeout: 0,
  keepAliveTimeout: KEEP_ALIVE_MS,
  maxHeaderSize: HEAD_BYTES,
  highWaterMark: 64 * 1024,
  // We refuse it with our own body.
  requireHostHeader: false,
} as const;

/** @param pair given, the server speaks TLS and nothing else */
export function createGatewayServer(events: ServerEvents, pair: TlsPair | undefined): GatewayServer {
  const server = pair === undefined ? http.createServer(HTTP_OPTIONS) : createSecureServer(events, pair);
  // A limit would cut the list, and could hide the framing behind the cut (hazard R2).
  server.maxHeadersCount = 0;
  server.on("request", (req, res) => events.onRequest(req, res, "none"));
  // Node looks for the word anywhere in the value; only the value itself is an expectation we know.
  server.on("checkContinue", (req, res) => {
    events.onRequest(req, res, req.headers.expect?.toLowerCase() === "100-continue" ? "continue" : "unknown");
  });
  server.on("checkExpectation", (req, res) => events.onRequest(req, res, "unknown"));
  server.on("clientError", (err: NodeJS.ErrnoException, socket) => events.onUnparsed(err, socket as ClientSocket));
  server.on("connect", (_req, socket) => events.onConnect(socket as ClientSocket));
  server.on(pair === undefined ? "connection" : "secureConnection", (socket: ClientSocket) => {
    events.onConnection(socket);
    socket.on("end", () => events.onHalfClose(socket));
  });
  return server;
}

function createSecureServer(events: ServerEvents, pair: TlsPair): https.Server {
  const server = https.createServer({ ...HTTP_OPTIONS, ...tlsOptions(pair) });
  linkTransports(server);
  // Those still in their handshake are connections to be closed, too.
  server.on("connection", (socket: ClientSocket) => events.onConnection(socket));
  // Node then hands the error to `clientError`, which closes the connection.
  server.on("tlsClientError", (err: NodeJS.ErrnoException) => events.onHandshakeFailure(err));
  return server;
}
