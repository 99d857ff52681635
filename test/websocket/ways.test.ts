// Checks WebSockets between real clients and servers, on every way that requests can take: TLS on both sides, outbound proxies, other
// attempts, pools, and routes that are metered (contract, section 15).

import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { connect, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import type { ExchangeTaps } from "../../src/runtime/upstream/body-tap.ts";
import { makePair, type TestPair } from "../support/certificates.ts";
import { configText, TOKEN } from "../support/config.ts";
import { listen } from "../support/listen.ts";
import { setScene } from "../support/scene.ts";
import { inboundTls } from "../support/tls-files.ts";
import { startTunnelProxy } from "../support/tunnel-proxy.ts";
import { ASKS, frame, handshake, openSocket, switching } from "../support/websocket.ts";

const scene = setScene();
const ON = "websocket: true";
let pair: TestPair;
let folder = "";

beforeAll(async () => {
  pair = await makePair();
  folder = await mkdtemp(join(tmpdir(), "websocket-test-"));
  await writeFile(join(folder, "ca.pem"), pair.cert);
});
afterAll(() => rm(folder, { recursive: true }));

/** A server that sends each message back, behind the path that it was opened with. */
async function echoServer(secure = false) {
  const server = secure ? createSecureServer({ cert: pair.cert, key: pair.key }) : createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: true });
  sockets.on("connection", (socket, req) => {
    socket.on("error", () => {});
    socket.on("message", (data) => socket.send(`${req.url} ${data}`));
  });
  const port = await listen(server);
  return { url: `${secure ? "https" : "http"}://127.0.0.1:${port}`, port, sockets };
}

/** Opens one, sends a message, and closes it. @returns the answer, and the extensions that were agreed on */
async function say(url: string, options: object = {}): Promise<{ text: string; extensions: string; code: number }> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const socket = new WebSocket(url, { headers, rejectUnauthorized: false, ...options });
  onTestFinished(() => socket.terminate());
  await once(socket, "open");
  const answered = once(socket, "message");
  socket.send("hello");
  const text = String((await answered)[0]);
  const { extensions } = socket;
  socket.close(1000);
  const [code] = await once(socket, "close");
  return { text, extensions, code };
}

describe("ws on both sides", () => {
  it("opens, speaks with a compressed frame, and closes as a success", async () => {
    const { url } = await echoServer();
    const gateway = await scene.gateway({ base: url, upstream: [ON] });
    const said = await say(`${gateway.url.replace("http", "ws")}/up/v1/realtime?model=m`);
    expect(said).toEqual({ text: "/v1/realtime?model=m hello", extensions: "permessage-deflate", code: 1000 });
    expect(await gateway.completed()).toMatchObject({ outcome: "success", status: 101 });
  });

  it("works over TLS at both sides", async () => {
    const { url } = await echoServer(true);
    const lines = [ON, `tls: {ca_path: "${join(folder, "ca.pem")}"}`];
    const gateway = await scene.gateway({ base: url, upstream: lines, top: [await inboundTls()] });
    expect(await say(`wss://127.0.0.1:${gateway.port}/up/x`)).toMatchObject({ text: "/x hello", code: 1000 });
    expect(await gateway.completed()).toMatchObject({ outcome: "success", status: 101 });
  });

  it("tells the other side at once over TLS, too", async () => {
    const { url, sockets } = await echoServer(true);
    const lines = [ON, `tls: {ca_path: "${join(folder, "ca.pem")}"}`];
    const gateway = await scene.gateway({ base: url, upstream: lines, top: [await inboundTls()] });
    const open = async () => {
      const connected = once(sockets, "connection");
      const socket = new WebSocket(`wss://127.0.0.1:${gateway.port}/up/x`, {
        headers: { authorization: `Bearer ${TOKEN}` },
        rejectUnauthorized: false,
      });
      await once(socket, "open");
      const [peer] = (await connected) as [WebSocket];
      return { socket, peer };
    };
    const first = await open();
    const peerClosed = once(first.peer, "close");
    first.socket.terminate();
    expect((await peerClosed)[0]).toBe(1006);
    const second = await open();
    const socketClosed = once(second.socket, "close");
    second.peer.terminate();
    expect((await socketClosed)[0]).toBe(1006);
    await gateway.completed(({ outcome }) => outcome === "client_closed");
    await gateway.completed(({ outcome }) => outcome === "upstream_aborted");
  });
});

describe("an outbound proxy", () => {
  it.each([false, true])("is asked for a tunnel, whatever the upstream speaks: TLS %s", async (secure) => {
    const { url, port } = await echoServer(secure);
    const proxy = await startTunnelProxy();
    const lines = [ON, `proxy: "http://127.0.0.1:${proxy.port}"`, `tls: {ca_path: "${join(folder, "ca.pem")}"}`];
    const gateway = await scene.gateway({ base: url, upstream: secure ? lines : lines.slice(0, 2) });
    expect(await say(`${gateway.url.replace("http", "ws")}/up/x`)).toMatchObject({ text: "/x hello", code: 1000 });
    expect(proxy.asked).toEqual([`127.0.0.1:${port}`]);
  });

  it("that speaks SOCKS works, too", async () => {
    const { url } = await echoServer();
    const port = await listen(socksProxy());
    const gateway = await scene.gateway({ base: url, upstream: [ON, `proxy: "socks://127.0.0.1:${port}"`] });
    expect(await say(`${gateway.url.replace("http", "ws")}/up/x`)).toMatchObject({ text: "/x hello", code: 1000 });
  });

  it("that can't be reached is a bad gateway", async () => {
    const { url } = await echoServer();
    const gateway = await scene.gateway({ base: url, upstream: [ON, 'proxy: "http://127.0.0.1:1"'] });
    const client = await scene.client(gateway);
    await client.send(handshake());
    expect((await client.response()).status).toBe(502);
  });
});

describe("attempts", () => {
  it("are made until an upstream of the pool opens it", async () => {
    const { url } = await echoServer();
    const busy = await scene.upstream((_req, res) => void res.writeHead(503).end("busy"));
    const yaml = poolConfig([busy.url, "http://127.0.0.1:1", url]);
    const gateway = await scene.gateway({ base: url });
    gateway.swap(yaml);
    expect(await say(`${gateway.url.replace("http", "ws")}/up/x`)).toMatchObject({ text: "/x hello", code: 1000 });
    expect(busy.requests).toHaveLength(1);
    const line = await gateway.completed();
    expect(line).toMatchObject({ outcome: "success", attempts: 3, upstream: "c" });
    expect(line["failed_attempts"]).toMatchObject([{ result: "503" }, { result: "connect_error" }]);
  });

  it("follow a refusal with a retry on the same upstream, and the last refusal is passed on", async () => {
    const busy = await scene.upstream((_req, res) => void res.writeHead(429).end("busy"));
    const retry = "retry: {max_attempts: 2, backoff_ms: 1}";
    const gateway = await scene.gateway({ base: busy.url, upstream: [ON, retry] });
    const client = await scene.client(gateway);
    await client.send(handshake());
    expect(await client.response()).toMatchObject({ status: 429, text: "busy" });
    expect(busy.requests).toHaveLength(2);
  });

  it.each([
    ["/up/x?model=small", "101"],
    ["/up/x?model=large", "403"],
    ["/up/x", "400"],
  ])("need the model in the query where the pool asks for it: %s", async (target, status) => {
    const server = await scene.rawUpstream(async (connection) => {
      await connection.requestHead();
      await connection.send(switching());
    });
    const gateway = await scene.gateway({ base: server.url });
    gateway.swap(poolConfig([`${server.url}", models: [small], user_agent: "a`]));
    const client = await scene.client(gateway);
    await client.send(handshake(target));
    expect(String((await client.head()).status)).toBe(status);
  });

  it("cool an upstream that breaks its WebSockets", async () => {
    const breaking = createTcpServer();
    const other = await scene.rawUpstream();
    const port = await listen(breaking);
    breaking.on("connection", (socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
        socket.once("data", () => socket.resetAndDestroy());
      });
    });
    const gateway = await scene.gateway({ base: other.url });
    gateway.swap(poolConfig([`http://127.0.0.1:${port}`, other.url], ["cooldown: {after_failures: 1, ms: 60000}"]));
    const client = await scene.client(gateway);
    await client.send(handshake());
    expect((await client.head()).status).toBe(101);
    await client.send(frame("x", { masked: true }));
    await client.ended;
    expect(await gateway.completed()).toMatchObject({ outcome: "upstream_aborted", upstream: "a" });
    expect(gateway.logs.map(({ msg }) => msg)).toContain("upstream cooling");
    const second = await scene.client(gateway);
    expect((await openSocket(second, () => other.nextConnection())).head.status).toBe(101);
  });
});

describe("a metered route", () => {
  const METERED = ["usage: {enabled: true, ledger: {dir: unused}}"];

  it("offers no extensions upstream, and shows a copy of all bytes to the tap", async () => {
    const seen: string[] = [];
    const taps: ExchangeTaps = {
      requestTap: undefined,
      held: () => undefined,
      tapResponse: () => undefined,
      tapWebSocket: () => ({
        fromClient: (bytes) => void seen.push(`up ${bytes.toString("latin1")}`),
        fromUpstream: (bytes) => void seen.push(`down ${bytes.toString("latin1")}`),
        ended: () => void seen.push("ended"),
      }),
    };
    const server = await scene.rawUpstream();
    const dir = await mkdtemp(join(tmpdir(), "websocket-ledger-"));
    onTestFinished(() => rm(dir, { recursive: true }));
    const top = [METERED[0]?.replace("unused", `"${dir}"`) ?? ""];
    const gateway = await scene.gateway({ base: server.url, upstream: [ON], top }, { meter: () => taps });
    const client = await scene.client(gateway);
    await client.send(
      Buffer.concat([
        Buffer.from(handshake("/up/x", "Sec-WebSocket-Extensions: permessage-deflate")),
        Buffer.from("early"),
      ]),
    );
    const connection = await server.nextConnection();
    const { rawHeaders } = await connection.requestHead();
    expect(rawHeaders.map((name) => name.toLowerCase())).not.toContain("sec-websocket-extensions");
    await connection.send(`HTTP/1.1 101 x\r\n${ASKS.slice(0, 2).join("\r\n")}\r\n\r\nfirst`);
    await client.head();
    await client.untilText("first");
    await client.send("second");
    await connection.untilText("earlysecond");
    await client.close();
    await gateway.completed();
    expect(seen).toEqual(["up early", "down first", "up second", "ended"]);
  });
});

/** A SOCKS5 proxy without credentials, for IPv4 addresses. */
function socksProxy() {
  return createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(Buffer.from([5, 0]));
      socket.once("data", (ask: Buffer) => {
        const port = ask.readUInt16BE(ask.length - 2);
        const there = connect(port, "127.0.0.1", () => {
          socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          there.pipe(socket).pipe(there);
        });
        there.on("error", () => socket.destroy());
      });
    });
  });
}

function poolConfig(bases: readonly string[], lines: readonly string[] = []): string {
  const items = bases.map((base, i) => `      - {id: ${"abc"[i]}, base_url: "${base}"}`);
  return configText({ base: "http://127.0.0.1:1" }).replace(
    / {4}upstream:\n[\s\S]*/,
    ["    upstream: {websocket: true}", ...lines.map((line) => `    ${line}`), "    upstreams:", ...items, ""].join(
      "\n",
    ),
  );
}
