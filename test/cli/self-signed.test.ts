// Tests how long a self-signed certificate is valid, and which existing files are replaced.

import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadPair } from "../../src/cli/tls/load-pair.ts";
import { ensurePair } from "../../src/cli/tls/self-signed.ts";
import { readPair } from "../../src/compiler/index.ts";
import { createLog } from "../../src/runtime/observe/logs/log.ts";
import { makePair } from "../support/certificates.ts";

const DAY_MS = 86_400_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "self-signed-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const tls = () => ({
  certPath: join(folder, "a.crt"),
  keyPath: join(folder, "a.key"),
  selfSigned: true,
  clientCaPath: undefined,
});
const cert = () => new X509Certificate(readFileSync(tls().certPath));

test("a certificate is valid for a year, and for 397 days at most from its first day", async () => {
  expect(await ensurePair(tls(), "127.0.0.1")).toBe("missing");
  const { validFrom, validTo } = cert();
  const days = (Date.parse(validTo) - Date.parse(validFrom)) / DAY_MS;
  expect(days).toBeLessThanOrEqual(397);
  expect((Date.parse(validTo) - Date.now()) / DAY_MS).toBeGreaterThan(364.9);
  expect(Date.parse(validFrom)).toBeLessThan(Date.now());
});

test("a pair that was created here is replaced when it has expired, not earlier", async () => {
  const start = Date.parse("2026-01-01");
  await ensurePair(tls(), "127.0.0.1", start);
  const first = cert().fingerprint256;
  expect(await ensurePair(tls(), "127.0.0.1", start + 364 * DAY_MS)).toBeUndefined();
  expect(cert().fingerprint256).toBe(first);
  expect(await ensurePair(tls(), "127.0.0.1", start + 366 * DAY_MS)).toBe("expired");
  expect(cert().fingerprint256).not.toBe(first);
  expect(readPair(readFileSync(tls().certPath), readFileSync(tls().keyPath)).ok).toBe(true);
  expect(statSync(tls().keyPath).mode & 0o777).toBe(0o600);
});

test("a start after the end of the certificate serves a new one, and says so loudly", async () => {
  await ensurePair(tls(), "127.0.0.1", Date.parse("2020-01-01"));
  const lines: { level: string; msg: string; certificate: string }[] = [];
  const log = createLog({ level: "info", to: { write: (line) => void lines.push(JSON.parse(line)) } });
  const pair = await loadPair(tls(), { host: "127.0.0.1", port: 0 }, log);
  expect(Date.parse(new X509Certificate(pair.cert).validTo)).toBeGreaterThan(Date.now());
  expect(lines).toMatchObject([{ level: "warn", certificate: tls().certPath }]);
  expect(lines[0]?.msg).toBe("self-signed certificate made, the old one had expired: let clients trust the new one");
});

test("an expired pair of the operator's own is left alone, and so is one file of two", async () => {
  const own = await makePair(["localhost"], { from: 0, to: DAY_MS });
  writeFileSync(tls().certPath, own.cert);
  writeFileSync(tls().keyPath, own.key);
  expect(await ensurePair(tls(), "127.0.0.1")).toBeUndefined();
  expect(readFileSync(tls().certPath, "utf8")).toBe(own.cert);
  rmSync(tls().certPath);
  expect(await ensurePair(tls(), "127.0.0.1")).toBeUndefined();
});
