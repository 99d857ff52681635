// Checks `inbound_tls.client_ca_path`: a client must show a certificate of one of the CAs, and a token besides it.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionOptions, connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readFiles } from "../../src/cli/tls/load-pair.ts";
import { createLog } from "../../src/runtime/observe/logs/log.ts";
import { makePair, type TestPair } from "../support/certificates.ts";
import { TOKEN } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";
import { writePair } from "../support/tls-files.ts";

let folder: string;
let server: TestPair;
let alice: TestPair;
let bob: TestPair;
let gateway: TestGateway;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ai-gw-lite-"));
  [server, alice, bob] = await Promise.all([makePair(), makePair(["alice"]), makePair(["bob"])]);
  // A certificate that signs itself is its own CA.
  await writeFile(join(folder, "clients.pem"), alice.cert);
  const tls = await writePair(folder, server, `client_ca_path: "${join(folder, "clients.pem")}"`);
  gateway = await startGateway(`listen: 127.0.0.1:0
gateway_auth: {tokens: ["${TOKEN}"]}
${tls}
observability: {logging: {level: debug}}
routes: [{id: up, prefix: /up, upstream: {base_url: "http://127.0.0.1:1"}}]
`);
});
afterAll(async () => {
  await gateway?.close();
  await rm(folder, { recursive: true });
});

/** What comes back for one request: the status line, or the code of the error. The session can be used again. */
function ask(path: string, options: ConnectionOptions, token = TOKEN) {
  let session: Buffer | undefined;
  let resumed = false;
  const answer = new Promise<string>((resolve) => {
    const socket = connect({ port: gateway.port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
    socket.on("session", (ticket: Buffer) => {
      session = ticket;
    });
    socket.once("secureConnect", () => {
      resumed = socket.isSessionReused();
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`);
    });
    socket.on("error", (err: NodeJS.ErrnoException) => resolve(err.code ?? "error"));
    socket.on("close", () => resolve("closed"));
    socket.once("data", (data) => {
      resolve(String(data).split("\r\n", 1)[0] ?? "");
      socket.destroy();
    });
  });
  return within("an answer", answer).then((line) => ({ line, session, resumed }));
}

const asAlice = (): ConnectionOptions => ({ cert: alice.cert, key: alice.key });
const asBob = (): ConnectionOptions => ({ cert: bob.cert, key: bob.key });

describe.each(["TLSv1.2", "TLSv1.3"] as const)("with %s", (version) => {
  const only: ConnectionOptions = { minVersion: version, maxVersion: version };

  it("lets in a client with a certificate of the CA, which still needs a token", async () => {
    expect((await ask("/healthz", { ...only, ...asAlice() })).line).toBe("HTTP/1.1 200 OK");
    expect((await ask("/up", { ...only, ...asAlice() }, "wrong")).line).toBe("HTTP/1.1 401 Unauthorized");
    expect((await ask("/up", { ...only, ...asAlice() })).line).toBe("HTTP/1.1 502 Bad Gateway");
  });

  it.each([
    ["no certificate", () => ({})],
    ["a certificate of another CA", asBob],
  ])("refuses a client with %s in the handshake", async (_, options) => {
    const { line } = await ask("/healthz", { ...only, ...options() });
    expect(line).not.toMatch(/^HTTP/);
  });
});

it("does not let a client of an earlier CA resume its session", async () => {
  // TLS 1.2 gives its ticket in the handshake, so that it has certainly arrived.
  const only: ConnectionOptions = { maxVersion: "TLSv1.2", ...asAlice() };
  const first = await ask("/healthz", only);
  const again = await ask("/healthz", { ...only, ...(first.session && { session: first.session }) });
  expect([again.line, again.resumed]).toEqual(["HTTP/1.1 200 OK", true]);

  await writeFile(join(folder, "clients.pem"), bob.cert);
  const paths = { certPath: join(folder, "crt.pem"), keyPath: join(folder, "key.pem") };
  const log = createLog({ level: "error", to: { write: () => {} } });
  gateway.host.renewPair(readFiles({ ...paths, selfSigned: false, clientCaPath: join(folder, "clients.pem") }, log));

  const late = await ask("/healthz", { ...only, ...(first.session && { session: first.session }) });
  expect(late.line).not.toMatch(/^HTTP/);
  expect((await ask("/healthz", asBob())).line).toBe("HTTP/1.1 200 OK");
});
