// A kept TLS connection is stale: it ends with TLS's closure alert or without, before a byte of the response. The request is sent
// again, as over TCP.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makePair, type TestPair } from "../support/certificates.ts";
import { AUTH } from "../support/config.ts";
import { listen } from "../support/listen.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
let folder = "";
let pair: TestPair;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stale-tls-"));
  pair = await makePair();
  await writeFile(join(folder, "ca.pem"), pair.cert);
});
afterAll(() => rm(folder, { recursive: true }));

test.each<[string, (socket: TLSSocket) => void]>([
  ["ended", (socket) => void socket.end()],
  ["destroyed", (socket) => void socket.destroy()],
])("a TLS connection that is %s when the next request comes is replaced", async (_name, finish) => {
  let connections = 0;
  const server = createServer({ cert: pair.cert, key: pair.key }, (socket) => {
    const first = connections++ === 0;
    let requests = 0;
    socket
      .on("error", () => {})
      .on("data", () => {
        if (first && ++requests === 2) finish(socket);
        else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      });
  });
  const port = await listen(server);
  const lines = [`tls: {ca_path: ${join(folder, "ca.pem")}}`];
  const gateway = await scene.gateway({ base: `https://127.0.0.1:${port}`, upstream: lines });
  const client = await scene.client(gateway);
  for (let i = 0; i < 2; i++) {
    await client.send(requestText("POST", "/up/x", [AUTH, "Content-Length: 4"], "body"));
    expect(await client.response("POST")).toMatchObject({ status: 200, text: "ok" });
  }
  expect(connections).toBe(2);
});
