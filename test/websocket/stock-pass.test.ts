// Shows each fault of http-proxy's own `ws()` on http-proxy itself, and that the gateway, which runs a pass of its own before it, does
// not have it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import type { RawClient } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import type { RawConnection } from "../support/upstream.ts";
import { closeFrame, handshake, openSocket, switching } from "../support/websocket.ts";

const scene = setScene();

/** A process that passes WebSockets on as the README of http-proxy says. */
const STOCK = `
const server = require("node:http").createServer();
const proxy = require("http-proxy").createProxyServer({ target: process.argv[1] });
proxy.on("error", () => {});
server.on("upgrade", (req, socket, head) => proxy.ws(req, socket, head));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

interface Front {
  readonly port: number;
  /** Whether it still runs, after a moment. */
  alive(): Promise<boolean>;
  /** Shuts it down, as its operator does. */
  shutDown(): unknown;
}

async function stock(base: string): Promise<Front> {
  const child = spawn(process.execPath, ["-e", STOCK, base], { stdio: ["ignore", "pipe", "ignore"] });
  children.push(child);
  const [port] = await once(child.stdout, "data");
  const alive = async () => {
    await pause(200);
    return child.exitCode === null && child.signalCode === null;
  };
  return { port: Number(String(port)), alive, shutDown: () => child.kill("SIGTERM") };
}

async function gateway(base: string, lines: readonly string[]): Promise<Front> {
  const { port, drain } = await scene.gateway({
    base,
    upstream: ["websocket: true", ...lines],
    top: ["shutdown: {drain_timeout_ms: 50}"],
  });
  // The scene fails a test with an uncaught exception.
  return { port, alive: async () => true, shutDown: drain };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whether something happens soon. */
async function soon(what: Promise<unknown>, ms = 1500): Promise<boolean> {
  return Promise.race([what.then(() => true), pause(ms).then(() => false)]);
}

interface Stage {
  readonly front: Front;
  readonly client: RawClient;
  readonly connection: () => Promise<RawConnection>;
}

interface Fault {
  readonly name: string;
  /** Lines of the gateway's config. */
  readonly lines?: readonly string[];
  readonly observe: (stage: Stage) => Promise<unknown>;
  readonly ours: unknown;
  readonly stocks: unknown;
}

const FAULTS: readonly Fault[] = [
  {
    name: "1: a client's reset before the answer",
    observe: async ({ front, client, connection }) => {
      await client.send(handshake());
      await (await connection()).requestHead();
      client.reset();
      return front.alive();
    },
    ours: true,
    stocks: false,
  },
  {
    name: "2: a refusal in chunks",
    observe: async ({ client, connection }) => {
      await client.send(handshake());
      const upstream = await connection();
      await upstream.requestHead();
      await upstream.send("HTTP/1.1 401 Unauthorized\r\ntransfer-encoding: chunked\r\n\r\n3\r\nno!\r\n0\r\n\r\n");
      const head = await client.head();
      await client.until("the body", () => (client.bytes.includes("no!") ? true : undefined));
      await soon(client.ended, 300);
      const chunked = head.header("transfer-encoding") === "chunked";
      return chunked === client.text.startsWith("3\r\nno!\r\n0\r\n\r\n");
    },
    ours: true,
    stocks: false,
  },
  {
    name: "2: a refusal that has not ended, and a client that leaves",
    observe: async ({ client, connection }) => {
      await client.send(handshake());
      const upstream = await connection();
      await upstream.requestHead();
      await upstream.send("HTTP/1.1 401 Unauthorized\r\ntransfer-encoding: chunked\r\n\r\n3\r\nno!\r\n");
      await client.untilText("no!");
      client.halfClose();
      return soon(upstream.ended);
    },
    ours: true,
    stocks: false,
  },
  {
    name: "3: a client's reset after the answer, and an upstream that does not close by itself",
    observe: async ({ client, connection }) => {
      const { upstream } = await openSocket(client, connection);
      // The test's upstream would answer a FIN with its own.
      upstream.socket.end = () => upstream.socket;
      client.reset();
      return soon(upstream.closed);
    },
    ours: true,
    stocks: false,
  },
  {
    name: "4: a client that closes its sending side, and an upstream that does not close by itself",
    observe: async ({ client, connection }) => {
      const { upstream } = await openSocket(client, connection);
      upstream.socket.end = () => upstream.socket;
      client.halfClose();
      return { upstream: await soon(upstream.ended), client: await soon(client.closed) };
    },
    ours: { upstream: true, client: true },
    stocks: { upstream: true, client: false },
  },
  {
    name: "5: an upstream's reset",
    observe: async ({ client, connection }) => {
      const { upstream } = await openSocket(client, connection);
      upstream.reset();
      await soon(client.ended);
      return client.end;
    },
    ours: "reset",
    stocks: "fin",
  },
  {
    name: "6: silence",
    lines: ["stream_idle_timeout_ms: 300"],
    observe: async ({ client, connection }) => {
      await openSocket(client, connection);
      return soon(client.ended);
    },
    ours: true,
    stocks: false,
  },
  {
    name: "6: a shutdown",
    observe: async ({ front, client, connection }) => {
      const { upstream } = await openSocket(client, connection);
      void front.shutDown();
      await Promise.all([client.ended, upstream.ended]);
      return client.bytes.equals(closeFrame(1001));
    },
    ours: true,
    stocks: false,
  },
  {
    name: "6: a header that is sent twice",
    observe: async ({ client, connection }) => {
      await client.send(handshake("/up/x", "X-A: 1", "User-Agent: a", "User-Agent: b"));
      const upstream = await connection();
      const { rawHeaders } = await upstream.requestHead();
      await upstream.send(switching());
      return rawHeaders.filter((name) => name.toLowerCase() === "user-agent").length;
    },
    ours: 2,
    stocks: 1,
  },
];

describe.each(FAULTS)("fault $name", ({ observe, ours, stocks, lines = [] }) => {
  it.each([
    ["the gateway", gateway, ours],
    ["http-proxy's own pass", stock, stocks],
  ] as const)("in %s", async (_what, start, expected) => {
    const server = await scene.rawUpstream();
    const front = await start(server.url, lines);
    const client = await scene.client(front);
    expect(await observe({ front, client, connection: () => server.nextConnection() })).toEqual(expected);
  });
});
