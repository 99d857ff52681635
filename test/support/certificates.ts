// Makes certificates for tests, with the names and the validity that a test needs.

import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { generate } from "selfsigned";

export interface TestPair {
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the certificate, in the form of Node's `fingerprint256`. */
  readonly fingerprint: string;
}

const DAY_MS = 86_400_000;

/** @param subject the common name. Who trusts two certificates with the same one may take the wrong one for a CA */
export async function makePair(
  names: readonly string[] = ["localhost", "127.0.0.1"],
  { from = Date.now() - DAY_MS, to = Date.now() + DAY_MS, subject = "test" } = {},
): Promise<TestPair> {
  const altNames = names.map((name) =>
    isIP(name) === 0 ? { type: 2 as const, value: name } : { type: 7 as const, ip: name },
  );
  const made = await generate([{ name: "commonName", value: subject }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(from),
    notAfterDate: new Date(to),
    extensions: [{ name: "subjectAltName", altNames }],
  });
  return { cert: made.cert, key: made.private, fingerprint: new X509Certificate(made.cert).fingerprint256 };
}
