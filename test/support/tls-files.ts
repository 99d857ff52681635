// Writes a certificate and its key to files for a gateway that speaks TLS.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { makePair, type TestPair } from "./certificates.ts";

/**
 * Writes a pair to a folder; a pair that is there already is replaced.
 * @param more further keys of `inbound_tls`, as `key: value`
 * @returns the line `inbound_tls` of a config
 */
export async function writePair(
  folder: string,
  { cert, key }: Pick<TestPair, "cert" | "key">,
  ...more: string[]
): Promise<string> {
  const [certPath, keyPath] = [join(folder, "crt.pem"), join(folder, "key.pem")];
  await writeFile(certPath, cert);
  await writeFile(keyPath, key);
  return `inbound_tls: {${[`cert_path: "${certPath}"`, `key_path: "${keyPath}"`, ...more].join(", ")}}`;
}

/** @returns the line `inbound_tls` of a config. The files are removed when the test has finished */
export async function inboundTls(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gateway-test-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return writePair(folder, await makePair());
}
