// Checks that a certificate can be renewed while the gateway runs: new connections get it, and no session or connection is
// lost.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runningProcesses } from "../../src/cli/running-processes.ts";
import { readFiles } from "../../src/cli/tls/load-pair.ts";
import { compile, sourceFromText } from "../../src/compiler/index.ts";
import { startGateway } from "../../src/runtime/gateway.ts";
import { createLog } from "../../src/runtime/observe/logs/log.ts";
import { makePair, type TestPair } from "../support/certificates.ts";
import { within } from "../support/deadline.ts";
import { writePair } from "../support/tls-files.ts";

let folder: string;
let first: TestPair;
let second: TestPair;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ai-gw-lite-"));
  [first, second] = await Promise.all([makePair(), makePair()]);
});
afterAll(() => rm(folder, { recursive: true }));

async function dial(port: number, options: object = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
  const secure = new Promise((resolve, reject) => {
    socket.once("secureConnect", () => resolve(undefined));
    socket.once("error", reject);
  });
  await within("a TLS connection", secure);
  return socket;
}

async function health(socket: TLSSocket): Promise<string> {
  socket.write("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
  return String(await within("an answer", new Promise((resolve) => socket.once("data", resolve))));
}

it("serves the new pair, keeps connections and sessions, and keeps the old one when the new is bad", async () => {
  const inboundTls = await writePair(folder, first);
  const text = `listen: 127.0.0.1:0
gateway_auth: {tokens: ["\${TOKEN}"]}
${inboundTls}
routes: [{id: up, prefix: /up, upstream: {base_url: "http://127.0.0.1:1"}}]
`;
  const result = compile(sourceFromText("test.yaml", text), {
    env: () => "token-of-a-client",
    readFile: (path) => ({ ok: true, bytes: Buffer.from(path.endsWith("crt.pem") ? first.cert : first.key) }),
  });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  const lines: string[] = [];
  const log = createLog({ level: "info", to: { write: (line: string) => void lines.push(line) } });
  const { tls } = result.value.server;
  if (tls === undefined) throw new Error("no TLS");
  const gateway = await startGateway(result.value, log, {
    version: "0.0.0",
    pair: readFiles(tls, log),
    processes: runningProcesses,
  });
  const { port } = gateway.address;
  try {
    const old = await dial(port, { maxVersion: "TLSv1.2" });
    expect(old.getPeerCertificate().fingerprint256).toBe(first.fingerprint);
    const session = old.getSession();

    await writePair(folder, second);
    gateway.host.renewPair(readFiles(tls, log));
    expect(await health(old)).toContain("200 OK");
    const fresh = await dial(port);
    expect(fresh.getPeerCertificate().fingerprint256).toBe(second.fingerprint);
    const resumed = await dial(port, { maxVersion: "TLSv1.2", session });
    expect(resumed.isSessionReused()).toBe(true);

    await writePair(folder, { cert: second.cert, key: first.key });
    expect(() => gateway.host.renewPair(readFiles(tls, log))).toThrow(/key\.pem is not the key of the certificate/);
    await rm(join(folder, "crt.pem"));
    expect(() => gateway.host.renewPair(readFiles(tls, log))).toThrow(/crt\.pem can't be read: no such file/);
    const after = await dial(port);
    expect(after.getPeerCertificate().fingerprint256).toBe(second.fingerprint);
    for (const socket of [old, fresh, resumed, after]) socket.destroy();
  } finally {
    await gateway.stop({ graceMs: 0, drainTimeoutMs: 0 });
  }
});
