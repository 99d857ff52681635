// Makes the TLS settings of the connections to one upstream: the CAs that are trusted, the gateway's own certificate, the name
// that is checked (`upstream.tls`; contract, section 2).

import { hash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import { checkServerIdentity, createSecureContext, type PeerCertificate, type SecureContext } from "node:tls";
import type { UpstreamTlsSpec } from "../../../plan/forward.ts";
import { UpstreamTlsFailure } from "./failure.ts";

/** The files of `upstream.tls` as they were when the plan was linked. */
export interface TlsFiles {
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
  readonly serverName: string | undefined;
  /** Why a file can't be used. Each connection then fails for this reason. */
  readonly failure: UpstreamTlsFailure | undefined;
}

/** The options of a TLS connection to an upstream, besides its address. */
export interface UpstreamTls {
  /** One context for all connections. Otherwise each builds its own, which only garbage collection frees. */
  readonly secureContext: SecureContext;
  /** For SNI. */
  readonly servername: string;
  readonly checkServerIdentity?: (hostname: string, certificate: PeerCertificate) => Error | undefined;
}

/** Reads the files. Never throws: the compiler has read them before, so what fails here was changed in between. */
export function readTlsFiles({ caPath, certPath, keyPath, serverName }: UpstreamTlsSpec): TlsFiles {
  try {
    const files = {
      ca: readIf(caPath, "ca_path"),
      cert: readIf(certPath, "cert_path"),
      key: readIf(keyPath, "key_path"),
      serverName,
    };
    contextOf(files, undefined);
    return { ...files, failure: undefined };
  } catch (err) {
    const failure = err instanceof UpstreamTlsFailure ? err : new UpstreamTlsFailure("files", codeOf(err));
    return { ca: undefined, cert: undefined, key: undefined, serverName, failure };
  }
}

/** Distinguishes connections: other contents of the files need other connections. */
export function tlsKey({ ca, cert, key, serverName, failure }: TlsFiles): string {
  const parts = [ca, cert, key].map((part) => (part === undefined ? "" : hash("sha256", part)));
  return JSON.stringify([serverName, failure?.code, ...parts]);
}

/**
 * Makes the settings of the connections to one upstream.
 * @param hostname of its URL
 * @param extraCas the contents of the file in NODE_EXTRA_CA_CERTS
 */
export function upstreamTls(hostname: string, files: TlsFiles | undefined, extraCas: Buffer | undefined): UpstreamTls {
  const secureContext = files === undefined ? createSecureContext() : contextOf(files, extraCas);
  const checked = files?.serverName;
  if (checked === undefined) return { secureContext, servername: serverName(hostname) };
  if (isIP(checked) === 0) return { secureContext, servername: checked };
  return { secureContext, servername: "", checkServerIdentity: (_name, cert) => checkServerIdentity(checked, cert) };
}

/** The name for SNI. An IP address must not be sent there (RFC 6066, section 3). */
export function serverName(hostname: string): string {
  return isIP(hostname) === 0 ? hostname : "";
}

/** @throws OpenSSL's error when it can't use the certificate or the key */
function contextOf({ ca, cert, key }: Omit<TlsFiles, "failure">, extraCas: Buffer | undefined): SecureContext {
  const secureContext = createSecureContext({
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  });
  if (ca === undefined) return secureContext;
  // Node's option `ca` would replace the CAs of the system.
  secureContext.context.addCACert(ca);
  // Node 20 forgets these at the first call of `addCACert`.
  if (extraCas !== undefined) secureContext.context.addCACert(extraCas);
  return secureContext;
}

function readIf(path: string | undefined, name: string): Buffer | undefined {
  if (path === undefined) return undefined;
  try {
    // Reading a pipe or a device could block.
    if (!statSync(path).isFile()) throw new UpstreamTlsFailure(name, "is not a regular file");
    return readFileSync(path);
  } catch (err) {
    throw err instanceof UpstreamTlsFailure ? err : new UpstreamTlsFailure(name, codeOf(err));
  }
}

function codeOf(err: unknown): string {
  return (err as NodeJS.ErrnoException).code ?? "unusable";
}
