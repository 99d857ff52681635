// Can TLS be served with this certificate and this key? Asked by `check`, and again when the files are loaded.

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";

export type PairReading =
  | {
      readonly ok: true;
      /** From when to when the certificate is valid, ms since the epoch. */
      readonly validFrom: number;
      readonly validTo: number;
    }
  | {
      readonly ok: false;
      readonly of: "cert" | "key";
      /** Finishes a sentence that begins with the file's name. */
      readonly why: string;
    };

/** Looks at PEM texts. Of a chain the first certificate is the server's own (RFC 8446, section 4.4.2). */
export function readPair(cert: Uint8Array, key: Uint8Array): PairReading {
  const certificate = readCertificate(cert);
  if (certificate === undefined) return { ok: false, of: "cert", why: "holds no PEM certificate" };
  const privateKey = readKey(key);
  if (typeof privateKey === "string") return { ok: false, of: "key", why: privateKey };
  if (!belongs(certificate, privateKey)) return { ok: false, of: "key", why: "is not the key of the certificate" };
  return { ok: true, validFrom: Date.parse(certificate.validFrom), validTo: Date.parse(certificate.validTo) };
}

function readCertificate(pem: Uint8Array): X509Certificate | undefined {
  if (!Buffer.from(pem).includes("-----BEGIN")) return undefined;
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** The key, or what is wrong with it. */
function readKey(pem: Uint8Array): KeyObject | string {
  try {
    return createPrivateKey({ key: Buffer.from(pem), format: "pem" });
  } catch {
    const encrypted = Buffer.from(pem).includes("ENCRYPTED");
    return encrypted ? "is encrypted, and nobody is there to type its passphrase" : "holds no PEM private key";
  }
}

function belongs(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.checkPrivateKey(key);
  } catch {
    return false;
  }
}
