// A response that only the end of its connection delimits, over TLS: it is whole after TLS's closure alert, and cut when the TCP
// connection ends without one (RFC 9112, section 9.8). Also checks the insides of Node that `tls-cut.ts` relies on.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { onTlsCut } from "../../src/runtime/upstream/connections/tls-cut.ts";
import { makePair, type TestPair } from "../support/certificates.ts";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { listen } from "../support/listen.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import { startTunnelProxy } from "../support/tunnel-proxy.ts";

const scene = setScene();
let folder = "";
let pair: TestPair;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "upstream-cuts-tls-"));
  pair = await makePair();
  await writeFile(join(folder, "ca.pem"), pair.cert);
});
afterAll(() => rm(folder, { recursive: true }));

type End = "alert" | "cut";

/** Answers with a head and a body, then ends the connection. TLS is behind a relay, which can close TCP without an alert. */
async function upstreamThat(end: End, head: string, body: string): Promise<number> {
  /** Cuts a connection once all its bytes were passed on. By the port of the connection behind the relay. */
  const cuts = new Map<number | undefined, () => void>();
  const behind = createTlsServer({ cert: pair.cert, key: pair.key }, (socket: TLSSocket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(head + body, () => {
        if (end === "alert") socket.end();
        else cuts.get(socket.remotePort)?.();
      });
    });
  });
  const port = await listen(behind);
  return listen(
    createServer({ allowHalfOpen: true }, (front) => {
      let rest: NodeJS.Timeout | undefined;
      const back = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => {
        cuts.set(back.localPort, () => {
          rest = setTimeout(() => front.end(), 100);
        });
        front.on("data", (bytes) => back.write(bytes));
      });
      back
        .on("error", () => {})
        .on("data", (bytes) => {
          if (front.writable) front.write(bytes);
          rest?.refresh();
        });
      back.on("end", () => front.end());
      front.on("close", () => back.destroy());
    }),
  );
}

const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";
/** More than the buffers on the way hold, so that the gateway has to pause the upstream. */
const LARGE = 12 * 1024 * 1024;

test.each([
  ["alert", 0, "directly"],
  ["cut", 0, "directly"],
  ["alert", 100, "directly"],
  ["cut", 100, "directly"],
  ["alert", LARGE, "directly"],
  ["cut", LARGE, "directly"],
  ["alert", 100, "through a proxy"],
  ["cut", 100, "through a proxy"],
] as const)("%s after a body of %i bytes, %s", async (end, size, way) => {
  const port = await upstreamThat(end, HEAD, "x".repeat(size));
  const lines = [`tls: {ca_path: ${join(folder, "ca.pem")}}`];
  if (way !== "directly")
    lines.push(`proxy: {protocol: http, address: "127.0.0.1:${(await startTunnelProxy()).port}"}`);
  const gateway = await scene.gateway({ base: `https://127.0.0.1:${port}`, upstream: lines });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  if (size === LARGE) {
    client.socket.pause();
    await sleep(300);
    client.socket.resume();
  }
  const { outcome, bytes_sent, status } = await gateway.completed();
  if (end === "alert") {
    expect({ outcome, bytes_sent, status }).toEqual({ outcome: "success", bytes_sent: size, status: 200 });
    return;
  }
  expect(outcome).toBe("upstream_aborted");
  expect(gateway.logs).toContainEqual(expect.objectContaining({ msg: "upstream failed", cause: "cut TLS connection" }));
  await within("the client's connection to be broken", client.ended);
  expect(client.text.endsWith("0\r\n\r\n")).toBe(false);
});

test("a whole response with a length is not affected by a cut after it", async () => {
  const port = await upstreamThat("cut", `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n`, "ok");
  const lines = [`tls: {ca_path: ${join(folder, "ca.pem")}}`];
  const gateway = await scene.gateway({ base: `https://127.0.0.1:${port}`, upstream: lines });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  expect(await client.response()).toMatchObject({ status: 200, text: "ok", whole: true });
});

test.each(["alert", "cut"] as const)("%s, noticed by a reader that pauses after each chunk", async (end) => {
  const port = await upstreamThat(end, HEAD, "x".repeat(2 * 1024 * 1024));
  let cut = false;
  const ended = new Promise<void>((resolve) => {
    const options = { host: "127.0.0.1", port, ca: pair.cert, servername: "localhost", agent: false };
    request(options, (response) => {
      onTlsCut(response.socket, () => {
        cut = true;
        resolve();
      });
      response.on("data", () => {
        response.pause();
        setTimeout(() => response.resume(), 1);
      });
      response.once("end", () => resolve());
    }).end();
  });
  await within("the end of the response", ended);
  expect(cut).toBe(end === "cut");
});
