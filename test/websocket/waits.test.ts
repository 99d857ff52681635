// Checks WebSockets that wait: for a side that takes nothing, for a slot, and for the 101 while the config is reloaded
// (contract, sections 4, 5 and 15).

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { AUTH, configText } from "../support/config.ts";
import { type RawClient, requestText } from "../support/raw-client.ts";
import { setScene, untilCounts } from "../support/scene.ts";
import type { RawConnection } from "../support/upstream.ts";
import { expectBytes, frame, handshake, openSocket, switching } from "../support/websocket.ts";

const scene = setScene();

async function started(lines: readonly string[] = [], top: readonly string[] = []) {
  const server = await scene.rawUpstream();
  const gateway = await scene.gateway({ base: server.url, upstream: ["websocket: true", ...lines], top });
  return { gateway, server };
}

describe("a side that takes nothing", () => {
  /** Sends until the connection takes no more. */
  function fill({ socket }: RawClient | RawConnection, masked: boolean): void {
    const bytes = frame(Buffer.alloc(1_000_000), { masked, opcode: 2 });
    for (let i = 0; i < 20; i++) socket.write(bytes);
  }

  it("the upstream: the time of silence ends it", async () => {
    const all = await started(["stream_idle_timeout_ms: 300"]);
    const client = await scene.client(all.gateway);
    const { upstream } = await openSocket(client, () => all.server.nextConnection());
    upstream.socket.pause();
    fill(client, true);
    await client.ended;
    upstream.socket.resume();
    await all.server.untilIdle();
    expect(await all.gateway.completed()).toMatchObject({ outcome: "upstream_timeout", status: 101, level: "warn" });
  });

  it("the client: the time for sending ends it, and not that of silence", async () => {
    const all = await started(["stream_idle_timeout_ms: 100"], ["downstream: {send_timeout_ms: 600}"]);
    const client = await scene.client(all.gateway);
    const { upstream } = await openSocket(client, () => all.server.nextConnection());
    client.socket.pause();
    fill(upstream, false);
    await upstream.ended;
    client.socket.resume();
    await all.server.untilIdle();
    expect(await all.gateway.completed()).toMatchObject({ outcome: "client_closed", status: 101 });
  });

  it.each(["client", "upstream"] as const)("the %s: a shutdown does not wait for it", async (side) => {
    const all = await started([], ["shutdown: {drain_timeout_ms: 50}"]);
    const client = await scene.client(all.gateway);
    const { upstream } = await openSocket(client, () => all.server.nextConnection());
    const [idle, busy] = side === "client" ? [client, upstream] : [upstream, client];
    idle.socket.pause();
    fill(busy, side === "upstream");
    expect(await all.gateway.drain()).toBe(false);
    idle.socket.resume();
    await all.server.untilIdle();
    expect(await all.gateway.completed()).toMatchObject({ outcome: "client_closed", status: 101 });
  });
});

describe("a client that waits for a slot", () => {
  const QUEUE = ["concurrency: {upstream_per_key_max_inflight: 1, queue: {max_waiting: 2, timeout_ms: 60000}}"];

  it.each(["halfClose", "reset"] as const)("and leaves: nothing of it goes upstream (%s)", async (leave) => {
    const all = await started([], QUEUE);
    const { gateway, server } = all;
    const first = await scene.client(gateway);
    await openSocket(first, () => server.nextConnection());
    const second = await scene.client(gateway);
    await second.send(handshake(), frame("early", { masked: true }));
    await untilCounts(gateway, ({ waiting }) => waiting === 1);
    const third = await scene.client(gateway);
    const early = frame("third", { masked: true });
    await third.send(handshake("/up/third"), early);
    await untilCounts(gateway, ({ waiting }) => waiting === 2);
    second[leave]();
    await untilCounts(gateway, ({ waiting }) => waiting === 1);
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 499, attempts: 0 });
    first.reset();
    const upstream = await server.nextConnection();
    expect((await upstream.requestHead()).startLine).toBe("GET /third HTTP/1.1");
    await upstream.send(switching());
    expect((await third.head()).status).toBe(101);
    expect(await expectBytes(upstream, early)).toEqual(early);
    expect(server.connections).toBe(2);
  });

  it("for too long is refused", async () => {
    const { gateway, server } = await started([], [QUEUE[0]?.replace("60000", "100") ?? ""]);
    const first = await scene.client(gateway);
    await openSocket(first, () => server.nextConnection());
    const second = await scene.client(gateway);
    await second.send(handshake());
    expect(await second.response()).toMatchObject({ status: 503, whole: true });
    expect(await second.ended).toBe("fin");
    expect(server.connections).toBe(1);
  });
});

it.each(["first", "second"])(
  "no limit of requests holds for an open one that is the %s of its connection",
  async (which) => {
    const server = await scene.rawUpstream(async (connection) => {
      const { startLine } = await connection.requestHead();
      if (startLine.includes("/plain")) await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    });
    const limits = ["connect_timeout_ms: 400", "request_timeout_ms: 400", "retry: {attempt_timeout_ms: 400}"];
    const gateway = await scene.gateway(
      { base: server.url, upstream: ["websocket: true", "stream_idle_timeout_ms: 0", ...limits] },
      { times: { server: { headMs: 100, headCheckMs: 20, keepAliveMs: 100 }, idle: { idleMs: 100, sweepMs: 20 } } },
    );
    const client = await scene.client(gateway);
    if (which === "second") {
      await client.send(requestText("GET", "/up/plain", [AUTH]));
      expect((await client.response()).text).toBe("ok");
    }
    await client.send(handshake());
    const upstream = await server.nextConnection();
    if (which === "second") await upstream.requestHead();
    await upstream.send(switching());
    await client.head();
    await new Promise((resolve) => setTimeout(resolve, 900));
    const bytes = frame("still open");
    await upstream.send(bytes);
    expect(await expectBytes(client, bytes)).toEqual(bytes);
    expect(server.connections).toBe(1);
  },
);

it("a client that sends much before the 101, in small pieces, is read on after it", async () => {
  const { gateway, server } = await started();
  const client = await scene.client(gateway);
  await client.send(handshake());
  const upstream = await server.nextConnection();
  await upstream.requestHead();
  const pieces = Array.from({ length: 200 }, (_, i) => frame(String(i).padEnd(800), { masked: true }));
  // Each is a read of its own, and the sum is more than the gateway reads before the answer.
  for (const piece of pieces) await client.send(piece);
  await upstream.send(switching());
  await client.head();
  const all = Buffer.concat(pieces);
  expect((await expectBytes(upstream, all)).equals(all)).toBe(true);
  const more = frame("more", { masked: true });
  await client.send(more);
  expect(await expectBytes(upstream, more)).toEqual(more);
});

it("a client is read only so far before the 101, however much it sends", async () => {
  const { gateway, server } = await started();
  const sides: Socket[] = [];
  const note = (message: unknown): void => void sides.push((message as { readonly socket: Socket }).socket);
  subscribe("net.server.socket", note);
  onTestFinished(() => void unsubscribe("net.server.socket", note));
  const client = await scene.client(gateway);
  await client.send(handshake());
  const upstream = await server.nextConnection();
  await upstream.requestHead();
  const bytes = frame(Buffer.alloc(8_000_000, 5), { masked: true, opcode: 2 });
  void client.send(bytes);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const side = sides.find(({ localPort }) => localPort === gateway.port);
  expect(side?.bytesRead).toBeGreaterThan(64 * 1024);
  expect(side?.bytesRead).toBeLessThan(256 * 1024);
  await upstream.send(switching());
  expect((await expectBytes(upstream, bytes)).equals(bytes)).toBe(true);
});

it("a reload before the 101: it opens on its plan", async () => {
  const { gateway, server } = await started();
  const client = await scene.client(gateway);
  await client.send(handshake());
  const upstream = await server.nextConnection();
  await upstream.requestHead();
  gateway.swap(configText({ base: "http://127.0.0.1:1" }));
  await upstream.send(switching(), frame("hello"));
  expect((await client.head()).status).toBe(101);
  await client.untilText("hello");
  client.reset();
  await untilCounts(gateway, ({ inFlight }) => inFlight === 0);
  expect(gateway.host.plans).toBe(1);
});

it("a reload with new limits counts those that are open", async () => {
  const { gateway, server } = await started();
  const first = await scene.client(gateway);
  await openSocket(first, () => server.nextConnection());
  const second = await scene.client(gateway);
  await openSocket(second, () => server.nextConnection());
  const limits = ["websocket: true", "upstream_key_max_inflight: 2"];
  gateway.swap(configText({ base: server.url, upstream: limits, top: ["concurrency: {downstream_max_inflight: 2}"] }));
  const third = await scene.client(gateway);
  await third.send(handshake());
  expect((await third.response()).status).toBe(503);
  first.reset();
  await untilCounts(gateway, ({ inFlight }) => inFlight === 1);
  const fourth = await scene.client(gateway);
  expect((await openSocket(fourth, () => server.nextConnection())).head.status).toBe(101);
});
