// Writes a certificate and its key to files for a gateway that speaks TLS.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { makePair } from "./certificates.ts";

/** @returns the line `inbound_tls` of a config. The files are removed when the test has finished */
export async function inboundTls(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gateway-test-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { cert, key } = await makePair();
  await writeFile(join(folder, "crt.pem"), cert);
  await writeFile(join(folder, "key.pem"), key);
  return `inbound_tls: {cert_path: ${folder}/crt.pem, key_path: ${folder}/key.pem}`;
}
