// Creates a self-signed certificate and its key, with the package selfsigned, when both files are missing or ours has expired.

import { X509Certificate } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { dirname } from "node:path";
import { generate } from "selfsigned";
import type { TlsSpec } from "../../plan/blueprint.ts";
import { readWholeFile } from "../files.ts";

const DAY_MS = 86_400_000;
/** A year from now. With the day before now, it stays below the 397 days that clients accept (contract, section 9). */
const VALID_DAYS = 365;
/** The certificate is valid from this long ago, because a client's clock may be behind ours. */
const BACKDATE_MS = DAY_MS;
const NAME = "AI Gateway Lite";

/** Why a pair was created: there was none, or the one that an earlier start had created has expired. */
export type Creation = "missing" | "expired";

/**
 * Creates the pair and its folders when neither file exists, or when the certificate was created here and has expired.
 * @param listenHost a name of the certificate, beside those of the loopback interface
 * @param now ms since the epoch
 * @returns why the pair was created; `undefined` when it was not
 * @throws Error that names the file that could not be written
 */
export async function ensurePair(
  { certPath, keyPath }: TlsSpec,
  listenHost: string,
  now = Date.now(),
): Promise<Creation | undefined> {
  // A single existing file may belong to the operator, so it is not replaced. Reading the pair will report the missing one.
  const missing = !existsSync(certPath) && !existsSync(keyPath);
  if (!missing && !(existsSync(keyPath) && isOursAndExpired(certPath, now))) return undefined;
  const { cert, key } = await makePair(["localhost", "127.0.0.1", "::1", listenHost], now);
  write(keyPath, key, 0o600);
  write(certPath, cert, 0o644);
  return missing ? "missing" : "expired";
}

/** Whether this program created the certificate, and it has expired. Nobody can use such a certificate any more. */
function isOursAndExpired(path: string, now: number): boolean {
  const read = readWholeFile(path);
  if (!read.ok) return false;
  try {
    const { subject, issuer, validTo } = new X509Certificate(read.bytes);
    return subject === `CN=${NAME}` && issuer === subject && Date.parse(validTo) <= now;
  } catch {
    return false;
  }
}

async function makePair(names: readonly string[], now: number): Promise<{ cert: string; key: string }> {
  const made = await generate([{ name: "commonName", value: NAME }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(now - BACKDATE_MS),
    notAfterDate: new Date(now + VALID_DAYS * DAY_MS),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames: [...new Set(names)].map(altName) },
    ],
  });
  return { cert: made.cert, key: made.private };
}

/** The types of a subject alternative name: 2 is a host name, 7 an address (RFC 5280, section 4.2.1.6). */
function altName(name: string) {
  const address = name.split("%", 1)[0] ?? name;
  return isIP(address) === 0 ? { type: 2 as const, value: name } : { type: 7 as const, ip: address };
}

/** Writes the file completely or not at all. A reader never sees a part of it, and other users can never read a key. */
function write(path: string, text: string, mode: number): void {
  const draft = `${path}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    rmSync(draft, { force: true });
    writeFileSync(draft, text.endsWith("\n") ? text : `${text}\n`, { mode, flag: "wx" });
    chmodSync(draft, mode);
    renameSync(draft, path);
  } catch (err) {
    throw new Error(`inbound_tls: ${path} can't be written: ${(err as NodeJS.ErrnoException).code}`);
  }
}
