// Sets up TLS for clients: versions, the handshake's deadline, and a certificate that can be replaced while the server runs.
// (contract, section 9)

import { randomBytes } from "node:crypto";
import type { Server, ServerOptions } from "node:https";
import type { Socket } from "node:net";
import { createSecureContext, type TLSSocket } from "node:tls";
import type { DownstreamSocket } from "../exchange/connection.ts";

/** Certificate chain and private key, PEM. */
export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

// Made once per process. With new keys at each renewal, clients could not resume their sessions (hazard S2).
const TICKET_KEYS = randomBytes(48);

/**
 * The options that an HTTPS server takes besides those of an HTTP server.
 * @param handshakeMs longest handshake, counted from the TCP connection, ms; Node's default is 120 s
 */
export function tlsOptions(pair: TlsPair, handshakeMs: number): ServerOptions {
  return { ...contextOptions(pair), handshakeTimeout: handshakeMs, ALPNProtocols: ["http/1.1"] };
}

/**
 * Serves another pair from the next handshake on. Open connections keep theirs.
 * @throws OpenSSL's error when it can't use the pair; the server then keeps the current one
 */
export function renewPair(server: Server, pair: TlsPair): void {
  const options = contextOptions(pair);
  // Checks the pair on a new context first: an error on the server's own context would leave it half replaced (hazard S2).
  createSecureContext(options);
  server.setSecureContext(options);
}

function contextOptions({ cert, key }: TlsPair) {
  return { cert, key, minVersion: "TLSv1.2", ticketKeys: TICKET_KEYS } as const;
}

/** Sets `transport` on each TLS connection: the TCP connection under it. Only a TCP connection can be reset. */
export function linkTransports(server: Server): void {
  const transports = new Map<string, Socket>();
  server.on("connection", (transport: Socket) => {
    const key = addressesOf(transport);
    transports.set(key, transport);
    // A connection that is reset reports an error when it closes. Without a listener the error would end the process.
    transport.on("error", () => {});
    transport.once("close", () => {
      if (transports.get(key) === transport) transports.delete(key);
    });
  });
  server.on("secureConnection", (socket: TLSSocket & DownstreamSocket) => {
    const transport = transports.get(addressesOf(socket));
    if (transport !== undefined) socket.transport = transport;
  });
}

function addressesOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
