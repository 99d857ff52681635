// Which certificate and key does the gateway serve? The files of the config; a self-signed pair is made when there is none.

import { createSecureContext } from "node:tls";
import { readPair } from "../../compiler/index.ts";
import type { ServerSpec, TlsSpec } from "../../plan/blueprint.ts";
import type { TlsPair } from "../../runtime/downstream/tls.ts";
import type { Log } from "../../runtime/observe/logs/log.ts";
import { readWholeFile } from "../files.ts";

const DAY_MS = 86_400_000;
/** From when on a line says that the certificate expires soon, ms before. */
const SOON_MS = 30 * DAY_MS;

/**
 * Reads the pair, and makes it before when it is the self-signed one and missing.
 * @throws Error that names the file
 */
export async function loadPair(tls: TlsSpec, listen: ServerSpec["listen"], log: Log): Promise<TlsPair> {
  if (tls.selfSigned) {
    const { makeMissingPair } = await import("./self-signed.ts");
    const made = await makeMissingPair(tls, listen.host);
    if (made) log.info({ certificate: tls.certPath, key: tls.keyPath }, "self-signed certificate made");
  }
  return readFiles(tls, log);
}

/** Reads the pair again, as for a renewed certificate. @throws Error that names the file */
export function readFiles({ certPath, keyPath, selfSigned }: TlsSpec, log: Log): TlsPair {
  const cert = readOne(certPath, "certificate");
  const key = readOne(keyPath, "key");
  const pair = readPair(cert, key);
  if (!pair.ok) throw new Error(`inbound_tls: ${pair.of === "cert" ? certPath : keyPath} ${pair.why}`);
  try {
    createSecureContext({ cert, key });
  } catch (err) {
    // Such as a key that is too short for OpenSSL's own rules.
    throw new Error(`inbound_tls: ${certPath} can't be served: ${(err as NodeJS.ErrnoException).code}`);
  }
  if (pair.validTo - Date.now() < SOON_MS) {
    const help = selfSigned ? "remove both files and restart: a new pair is made" : "put a renewed pair in its place";
    const expires = new Date(pair.validTo).toISOString();
    log.warn({ certificate: certPath, expires, help }, "certificate expires soon, or has");
  }
  return { cert, key };
}

function readOne(path: string, what: string): Buffer {
  const read = readWholeFile(path);
  if (read.ok) return Buffer.from(read.bytes);
  throw new Error(`inbound_tls: the ${what} ${path} can't be read: ${read.reason}`);
}
