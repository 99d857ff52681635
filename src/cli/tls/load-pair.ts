// Loads the certificate and the key that the config names. A self-signed pair that is missing or has expired is created first.

import { createSecureContext } from "node:tls";
import { hasCertificate, readPair } from "../../compiler/index.ts";
import type { ServerSpec, TlsSpec } from "../../plan/blueprint.ts";
import type { TlsPair } from "../../runtime/downstream/tls.ts";
import type { Log } from "../../runtime/observe/logs/log.ts";
import { readWholeFile } from "../files.ts";

const DAY_MS = 86_400_000;
/** A certificate that expires in less than this time is warned about, ms. */
const SOON_MS = 30 * DAY_MS;

/**
 * Reads the pair. A self-signed pair that is missing or has expired is created first.
 * @param listen its host is one of the names in a new certificate
 * @throws Error that names the file
 */
export async function loadPair(tls: TlsSpec, listen: ServerSpec["listen"], log: Log): Promise<TlsPair> {
  if (tls.selfSigned) {
    const { ensurePair } = await import("./self-signed.ts");
    const made = await ensurePair(tls, listen.host);
    const fields = { certificate: tls.certPath, key: tls.keyPath };
    if (made === "missing") log.info(fields, "self-signed certificate made");
    if (made === "expired")
      log.warn(fields, "self-signed certificate made, the old one had expired: let clients trust the new one");
  }
  return readFiles(tls, log);
}

/** Reads the pair from its files, at start and on each reload. @throws Error that names the file */
export function readFiles({ certPath, keyPath, selfSigned, clientCaPath }: TlsSpec, log: Log): TlsPair {
  const cert = readOne(certPath, "certificate");
  const key = readOne(keyPath, "key");
  const pair = readPair(cert, key);
  if (!pair.ok) throw new Error(`inbound_tls: ${pair.of === "cert" ? certPath : keyPath} ${pair.why}`);
  try {
    createSecureContext({ cert, key });
  } catch (err) {
    // For example a key that is too short for OpenSSL's rules.
    throw new Error(`inbound_tls: ${certPath} can't be served: ${(err as NodeJS.ErrnoException).code}`);
  }
  if (pair.validTo - Date.now() < SOON_MS) {
    const help = selfSigned
      ? "restart after it has expired, or delete both files and restart now: a new pair will be created"
      : "replace both files by a renewed pair";
    const expires = new Date(pair.validTo).toISOString();
    log.warn({ certificate: certPath, expires, help }, "the certificate expires soon or has expired");
  }
  return { cert, key, clientCa: clientCaPath === undefined ? undefined : readClientCa(clientCaPath) };
}

function readClientCa(path: string): Buffer {
  const ca = readOne(path, "clients' CA");
  if (!hasCertificate(ca)) throw new Error(`inbound_tls: ${path} holds no PEM certificate`);
  return ca;
}

function readOne(path: string, what: string): Buffer {
  const read = readWholeFile(path);
  if (read.ok) return Buffer.from(read.bytes);
  throw new Error(`inbound_tls: the ${what} ${path} can't be read: ${read.reason}`);
}
