// Checks whether a file holds certificates of CAs, in PEM format. Used by `check`.

import { X509Certificate } from "node:crypto";

export type CaReading =
  | {
      readonly ok: true;
      /** All are certificates of servers or clients, signed by somebody else: no other certificate can be checked with them. */
      readonly notCa: boolean;
      /** The first of them is valid from this time on, ms since the epoch. */
      readonly validFrom: number;
      /** The last of them expires at this time, ms since the epoch. */
      readonly validTo: number;
    }
  /** `why` is the rest of a sentence that starts with the file name. */
  | { readonly ok: false; readonly why: string };

const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----.*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/gs;

/** Reads a PEM text of one or more certificates. */
export function readCa(pem: Uint8Array): CaReading {
  const text = Buffer.from(pem).toString("latin1");
  const certificates: X509Certificate[] = [];
  for (const [block] of text.matchAll(CERTIFICATE)) {
    try {
      certificates.push(new X509Certificate(block));
    } catch {
      return { ok: false, why: "holds a certificate that can't be read" };
    }
  }
  if (certificates.length === 0) {
    const why = text.includes("PRIVATE KEY") ? "holds a private key, not a certificate" : "holds no PEM certificate";
    return { ok: false, why };
  }
  return {
    ok: true,
    // A self-signed certificate of a server is trusted as it is.
    notCa: certificates.every((one) => !one.ca && one.subject !== one.issuer),
    validFrom: Math.min(...certificates.map((one) => Date.parse(one.validFrom))),
    validTo: Math.max(...certificates.map((one) => Date.parse(one.validTo))),
  };
}
