// Creates the HTTP or HTTPS server, with its limits, and passes its events on. Node's own limits are too generous for the
// public internet.

import * as http from "node:http";
import * as https from "node:https";
import type { Socket } from "node:net";
import type { GatewayResponse } from "../exchange/connection.ts";
import type { ClientSocket } from "./client-socket.ts";
import type { Expectation } from "./examine.ts";
import { requestClass } from "./gateway-request.ts";
import { responseClass } from "./gateway-response.ts";
import { linkTransports, type TlsPair, tlsOptions } from "./tls.ts";

/** How long the server waits for its clients, ms. */
export interface ServerTimes {
  /** From the first byte of a request to the end of its headers. */
  readonly headMs: number;
  /** Between two checks for requests that have taken longer than `headMs`. Such a request is refused at the next check. */
  readonly headCheckMs: number;
  /** From one response to the next request on the same connection. */
  readonly keepAliveMs: number;
  /** From the TCP connection to the end of the TLS handshake. */
  readonly handshakeMs: number;
}

/** The times of contract, section 4. Tests set shorter ones; no config key changes them. */
export const DEFAULT_SERVER_TIMES: ServerTimes = Object.freeze({
  headMs: 10_000,
  headCheckMs: 1000,
  // A load balancer in front usually keeps idle connections for a shorter time. So it closes them first.
  keepAliveMs: 65_000,
  handshakeMs: 10_000,
});

/** A request's headers must fit into this many bytes (contract, section 4). */
export const HEAD_BYTES = 32 * 1024;

export type GatewayServer = http.Server | https.Server;

export interface ServerEvents {
  readonly onRequest: (req: http.IncomingMessage, res: GatewayResponse, expectation: Expectation) => void;
  /** The parser refused what the client sent, or the headers came too slowly. */
  readonly onUnparsed: (err: NodeJS.ErrnoException, socket: ClientSocket) => void;
  /** Whether a request that offers another protocol gets it. If not, it is served as any other. */
  readonly takesUpgrade: (req: http.IncomingMessage) => boolean;
  /** Such a request came. Its connection is handed over. @param head what came behind it */
  readonly onUpgrade: (req: http.IncomingMessage, socket: ClientSocket, head: Buffer) => void;
  /** A CONNECT request came. Its target is not a path. */
  readonly onConnect: (socket: ClientSocket) => void;
  readonly onConnection: (socket: ClientSocket) => void;
  /** A TLS handshake failed. */
  readonly onHandshakeFailure: (err: NodeJS.ErrnoException) => void;
  /** The client has closed its sending side. */
  readonly onHalfClose: (socket: ClientSocket) => void;
}

/**
 * Creates the server. It does not listen yet.
 * @param pair certificate and key: when given, the server speaks TLS and nothing else
 * @param times those that differ from the defaults
 */
export function createGatewayServer(
  events: ServerEvents,
  pair: TlsPair | undefined,
  times: Partial<ServerTimes> = {},
): GatewayServer {
  const all = { ...DEFAULT_SERVER_TIMES, ...times };
  const server = pair === undefined ? createPlainServer(events, all) : createSecureServer(events, pair, all);
  // With a limit, Node cuts the list of headers, and content-length or transfer-encoding could be cut off (hazard R2).
  server.maxHeadersCount = 0;
  server.on("request", (req, res) => events.onRequest(req, res, "none"));
  // Node emits this for any value that contains "100-continue"; only the exact value is an expectation we support.
  server.on("checkContinue", (req, res) => {
    events.onRequest(req, res, req.headers.expect?.toLowerCase() === "100-continue" ? "continue" : "unknown");
  });
  server.on("checkExpectation", (req, res) => events.onRequest(req, res, "unknown"));
  server.on("upgrade", (req, socket, head) => events.onUpgrade(req, socket as ClientSocket, head));
  server.on("connect", (_req, socket) => events.onConnect(socket as ClientSocket));
  server.on(pair === undefined ? "connection" : "secureConnection", (socket: ClientSocket) => {
    events.onConnection(socket);
    socket.on("end", () => events.onHalfClose(socket));
  });
  return server;
}

function httpOptions({ headMs, headCheckMs, keepAliveMs }: ServerTimes, { takesUpgrade }: ServerEvents) {
  return {
    IncomingMessage: requestClass(takesUpgrade),
    ServerResponse: responseClass(keepAliveMs),
    headersTimeout: headMs,
    connectionsCheckingInterval: headCheckMs,
    // Slow uploads are legitimate; the deadlines of the route bound them.
    requestTimeout: 0,
    // Idle connections are closed by `KeepAlive`.
    keepAliveTimeout: 0,
    maxHeaderSize: HEAD_BYTES,
    // Also where NODE_OPTIONS asks for the lenient one, which ends header lines where other programs do not.
    insecureHTTPParser: false,
    highWaterMark: 64 * 1024,
    // Node's own refusal has no body; ours has one.
    requireHostHeader: false,
  } as const;
}

function createPlainServer(events: ServerEvents, times: ServerTimes): http.Server {
  const server = http.createServer(httpOptions(times, events));
  server.on("clientError", (err: NodeJS.ErrnoException, socket) => events.onUnparsed(err, socket as ClientSocket));
  return server;
}

function createSecureServer(events: ServerEvents, pair: TlsPair, times: ServerTimes): https.Server {
  const server = https.createServer({ ...httpOptions(times, events), ...tlsOptions(pair, times.handshakeMs) });
  const transportOf = linkTransports(server);
  // Connections that are still in their TLS handshake must be closed at shutdown, too.
  server.on("connection", (socket: ClientSocket) => events.onConnection(socket));
  server.on("tlsClientError", (err: NodeJS.ErrnoException) => events.onHandshakeFailure(err));
  // Node emits this after `tlsClientError`, too. A client that speaks plain HTTP can only read a reply without TLS.
  server.on("clientError", (err: NodeJS.ErrnoException, socket) => {
    const plain = err.code === "ERR_SSL_HTTP_REQUEST" ? transportOf(socket as Socket) : undefined;
    events.onUnparsed(err, plain ?? (socket as ClientSocket));
  });
  return server;
}
