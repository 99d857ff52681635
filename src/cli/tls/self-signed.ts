// Creates a self-signed certificate and its key, with the package selfsigned, when both files are missing.

import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { dirname } from "node:path";
import { generate } from "selfsigned";
import type { TlsSpec } from "../../plan/blueprint.ts";

const DAY_MS = 86_400_000;
/** The longest lifetime that clients accept for a certificate that their user chose to trust. */
const VALID_DAYS = 825;
/** The certificate is valid from this long ago, because a client's clock may be behind ours. */
const BACKDATE_MS = DAY_MS;

/**
 * Creates the pair and its folders when neither file exists.
 * @param listenHost a name of the certificate, beside those of the loopback interface
 * @returns whether the pair was created
 * @throws Error that names the file that could not be written
 */
export async function makeMissingPair({ certPath, keyPath }: TlsSpec, listenHost: string): Promise<boolean> {
  // A single existing file may belong to the operator, so it is not replaced. Reading the pair will report the missing one.
  if (existsSync(certPath) || existsSync(keyPath)) return false;
  const { cert, key } = await makePair(["localhost", "127.0.0.1", "::1", listenHost]);
  write(keyPath, key, 0o600);
  write(certPath, cert, 0o644);
  return true;
}

async function makePair(names: readonly string[]): Promise<{ cert: string; key: string }> {
  const now = Date.now();
  const made = await generate([{ name: "commonName", value: "AI Gateway Lite" }], {
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
