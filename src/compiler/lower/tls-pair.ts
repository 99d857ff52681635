// Checks whether TLS can be served with a certificate and a key. Used by `check`, and again when the files are loaded.

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";

export type PairReading =
  | {
      readonly ok: true;
      /** The certificate is valid from this time on, ms since the epoch. */
      readonly validFrom: number;
      /** The certificate expires at this time, ms since the epoch. */
      readonly validTo: number;
    }
  | {
      readonly ok: false;
      readonly of: "cert" | "key";
      /** The rest of a sentence that starts with the file name. */
      readonly why: string;
    };

/** Reads PEM texts. In a chain, the first certificate is that of the server (RFC 8446, section 4.4.2). */
export function readPair(cert: Uint8Array, key: Uint8Array): PairReading {
  const certificate = readCertificate(cert);
  if (certificate === undefined) return { ok: false, of: "cert", why: "holds no PEM certificate" };
  const privateKey = readKey(key);
  if (typeof privateKey === "string") return { ok: false, of: "key", why: privateKey };
  if (!belongs(certificate, privateKey)) return { ok: false, of: "key", why: "is not the key of the certificate" };
  return { ok: true, validFrom: Date.parse(certificate.validFrom), validTo: Date.parse(certificate.validTo) };
}

/** Whether a PEM text starts with a certificate that can be read. */
export function hasCertificate(pem: Uint8Array): boolean {
  return readCertificate(pem) !== undefined;
}

function readCertificate(pem: Uint8Array): X509Certificate | undefined {
  if (!Buffer.from(pem).includes("-----BEGIN")) return undefined;
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** The key, or the reason why it can't be used. */
function readKey(pem: Uint8Array): KeyObject | string {
  try {
    return createPrivateKey({ key: Buffer.from(pem), format: "pem" });
  } catch {
    const encrypted = Buffer.from(pem).includes("ENCRYPTED");
    return encrypted ? "is encrypted, and the gateway can't ask for its passphrase" : "holds no PEM private key";
  }
}

function belongs(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.checkPrivateKey(key);
  } catch {
    return false;
  }
}
