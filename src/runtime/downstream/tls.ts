// How does the server speak TLS? Versions, the handshake's deadline, one pair that can be replaced while it runs (contract, section 9).

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

/** A handshake is over 10 s after the connection (contract, section 4); Node's default is 120 s. */
const HANDSHAKE_MS = 10_000;

// Made once: with new ticket keys at each renewal no client could resume its session (hazard S2).
const TICKET_KEYS = randomBytes(48);

/** What HTTPS takes besides what HTTP does. */
export function tlsOptions(pair: TlsPair): ServerOptions {
  return { ...contextOptions(pair), handshakeTimeout: HANDSHAKE_MS, ALPNProtocols: ["http/1.1"] };
}

/**
 * Serves another pair from the next handshake on; connections that are there keep theirs.
 * @throws what OpenSSL says of a pair it can't use; the one before is kept then
 */
export function renewPair(server: Server, pair: TlsPair): void {
  const options = contextOptions(pair);
  // Tried first: the server's own would be half replaced when it throws (hazard S2).
  createSecureContext(options);
  server.setSecureContext(options);
}

function contextOptions({ cert, key }: TlsPair) {
  return { cert, key, minVersion: "TLSv1.2", ticketKeys: TICKET_KEYS } as const;
}

/** Tells each TLS connection which TCP connection carries it: only that one can be reset. */
export function linkTransports(server: Server): void {
  const carriers = new Map<string, Socket>();
  server.on("connection", (carrier: Socket) => {
    const key = addressesOf(carrier);
    carriers.set(key, carrier);
    // One that is reset when it is closed already says so; nobody else listens then.
    carrier.on("error", () => {});
    carrier.once("close", () => {
      if (carriers.get(key) === carrier) carriers.delete(key);
    });
  });
  server.on("secureConnection", (socket: TLSSocket & DownstreamSocket) => {
    const carrier = carriers.get(addressesOf(socket));
    if (carrier !== undefined) socket.carrier = carrier;
  });
}

function addressesOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
