// Sets up TLS for clients: versions, the handshake's deadline, and a certificate that can be replaced while the server runs.
// (contract, section 9)

import { createHmac, randomBytes } from "node:crypto";
import type { Server, ServerOptions } from "node:https";
import type { Socket } from "node:net";
import { createSecureContext, type TLSSocket } from "node:tls";
import type { DownstreamSocket } from "../exchange/connection.ts";

/** Certificate chain and private key, PEM. */
export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** CA certificates, PEM: each client must show a certificate of one of them. `undefined`: clients show none. */
  readonly clientCa?: Buffer | undefined;
  /** The keys of session tickets, if several processes share them. */
  readonly ticketKeys?: Buffer | undefined;
}

// Made once per process. With new keys at each renewal, clients could not resume their sessions (hazard S2).
const TICKET_KEYS = randomBytes(48);

/**
 * The pair for processes that serve the same clients: with the session tickets of this process. Otherwise a client could resume its
 * session only with the process that it began with.
 */
export function withSharedTickets(pair: TlsPair): TlsPair {
  return { ...pair, ticketKeys: TICKET_KEYS };
}

/**
 * The options that an HTTPS server takes besides those of an HTTP server.
 * @param handshakeMs longest handshake, counted from the TCP connection, ms; Node's default is 120 s
 */
export function tlsOptions(pair: TlsPair, handshakeMs: number): ServerOptions {
  const asksClients = pair.clientCa !== undefined;
  return {
    ...contextOptions(pair),
    handshakeTimeout: handshakeMs,
    ALPNProtocols: ["http/1.1"],
    requestCert: asksClients,
    rejectUnauthorized: asksClients,
  };
}

/**
 * Serves another pair from the next handshake on, with the CAs of the clients. Open connections keep theirs. Whether clients
 * must show a certificate stays as it was when the server was created.
 * @throws OpenSSL's error when it can't use the pair; the server then keeps the current one
 */
export function renewPair(server: Server, pair: TlsPair): void {
  const options = contextOptions(pair);
  // Checks the pair on a new context first: an error on the server's own context would leave it half replaced (hazard S2).
  createSecureContext(options);
  server.setSecureContext(options);
}

/** Without the suites in CBC mode, which Node's own list has (contract, section 9). The last six are for TLS 1.2. */
const CIPHERS = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

function contextOptions({ cert, key, clientCa, ticketKeys: shared = TICKET_KEYS }: TlsPair) {
  const ticketKeys = ticketKeysFor(clientCa, shared);
  return { cert, key, ca: clientCa, minVersion: "TLSv1.2", ciphers: CIPHERS, ticketKeys } as const;
}

/**
 * A resumed session keeps the result of the client's check. So other CAs get other keys: a client that only an old CA
 * accepted can't resume its session.
 */
function ticketKeysFor(clientCa: Buffer | undefined, keys: Buffer): Buffer {
  return clientCa === undefined ? keys : createHmac("sha384", keys).update(clientCa).digest();
}

/**
 * Sets `transport` on each TLS connection: the TCP connection under it. Only a TCP connection can be reset.
 * @returns finds it for a connection whose handshake is not complete
 */
export function linkTransports(server: Server): (socket: Socket) => Socket | undefined {
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
  return (socket) => transports.get(addressesOf(socket));
}

function addressesOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
