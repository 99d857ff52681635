// A client stops reading its response: it is cut after `downstream.send_timeout_ms`, and its slots are freed. A slow client and a
// response that is slow itself are not cut (contract, section 4).

import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { AUTH, configText } from "../support/config.ts";
import { until, within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { serverSockets } from "../support/server-sockets.ts";
import { inboundTls } from "../support/tls-files.ts";
import type { UpstreamHandler } from "../support/upstream.ts";
import { waitingTail } from "../support/waiting-tail.ts";

const scene = setScene();
const PIECE = Buffer.alloc(16 * 1024, "x");
const SEND_TIMEOUT = "downstream: {send_timeout_ms: 400}";
const LIMITS = "concurrency: {downstream_max_inflight: 1, upstream_per_key_max_inflight: 1}";
const TOP = [SEND_TIMEOUT, LIMITS];

/** Sends without an end. */
function endless(contentType: string): UpstreamHandler {
  return (_req, res) => {
    res.writeHead(200, { "content-type": contentType });
    const write = (): void => {
      while (res.write(PIECE));
      res.once("drain", write);
    };
    write();
  };
}

describe("a client that takes nothing is cut: slots are freed, and the log says client_closed", () => {
  test.each([
    ["in a body that it holds back", "application/octet-stream"],
    ["in an event stream that it holds back", "text/event-stream"],
  ])("%s", async (_name, contentType) => {
    const upstream = await scene.upstream(endless(contentType));
    const gateway = await scene.gateway({ base: upstream.url, top: TOP });
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up/x", [AUTH]));
    await client.head();
    client.socket.pause();
    const arrival = await upstream.nextRequest();
    const line = await gateway.completed();
    expect(line).toMatchObject({ outcome: "client_closed", status: 200, route_id: "up" });
    expect(line["duration_ms"]).toBeGreaterThan(400);
    expect(await within("the upstream to be aborted", arrival.closed)).toBe("aborted");
    await untilFree(gateway);
    client.socket.resume();
    await within("the connection to end", client.ended);
  });

  test("before the last bytes, when the upstream is done", async () => {
    const { gateway } = await waitingTail(scene, TOP);
    const other = await scene.client(gateway);
    await other.send(requestText("GET", "/up/ok", [AUTH]));
    expect((await other.response()).status).toBe(503);
    expect(await gateway.completed(({ path }) => path === "/up/x")).toMatchObject({ outcome: "client_closed" });
    await other.send(requestText("GET", "/up/ok", [AUTH]));
    expect(await other.response()).toMatchObject({ status: 200, text: "ok" });
  });

  test("over TLS", async () => {
    const upstream = await scene.upstream(endless("text/event-stream"));
    const gateway = await scene.gateway({ base: upstream.url, top: [...TOP, await inboundTls()] });
    const options: ConnectionOptions = { port: gateway.port, host: "127.0.0.1", rejectUnauthorized: false };
    const socket = connectTls(options, () => socket.write(requestText("GET", "/up/x", [AUTH])));
    socket.on("error", () => {});
    onTestFinished(() => void socket.destroy());
    await upstream.nextRequest();
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 200 });
    expect(gateway.logs).toContainEqual(
      expect.objectContaining({ msg: "client took nothing of its response; connection closed", route_id: "up" }),
    );
    await untilFree(gateway);
  });
});

test("a client that takes a little now and then is not cut", async () => {
  const upstream = await scene.upstream(endless("application/octet-stream"));
  const gateway = await scene.gateway({ base: upstream.url, top: TOP });
  const sockets = serverSockets(gateway);
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  await client.head();
  const began = performance.now();
  let drains = 0;
  sockets[0]?.on("drain", () => drains++);
  // Several times as long as the timeout.
  while (performance.now() - began < 1500) {
    client.socket.pause();
    await until("the gateway to be held back", () => sockets[0]?.writableNeedDrain === true);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = drains;
    client.socket.resume();
    await until("the client to take something", () => drains > before);
  }
  expect(gateway.host.inFlight).toBe(1);
  expect(gateway.logs.filter(({ msg }) => msg === "request completed")).toEqual([]);
});

test("a stream whose client has taken all that came is not cut, however silent it is", async () => {
  let end = () => {};
  const upstream = await scene.upstream((_req, res) => {
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.write("data: 1\n\n");
    end = () => res.end("data: 2\n\n");
  });
  const gateway = await scene.gateway({ base: upstream.url, top: TOP });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  const head = await client.head();
  await new Promise((resolve) => setTimeout(resolve, 1200));
  end();
  expect(await client.body(head)).toMatchObject({ whole: true, text: "data: 1\n\ndata: 2\n\n" });
});

test("0 waits for ever; a reload sets another time for answers in progress", async () => {
  const upstream = await scene.upstream(endless("application/octet-stream"));
  const gateway = await scene.gateway({ base: upstream.url, top: ["downstream: {send_timeout_ms: 0}"] });
  const sockets = serverSockets(gateway);
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  await client.head();
  client.socket.pause();
  await until("the gateway to be held back", () => sockets[0]?.writableNeedDrain === true);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(gateway.host.inFlight).toBe(1);
  gateway.swap(configText({ base: upstream.url, top: ["downstream: {send_timeout_ms: 100}"] }));
  expect(await gateway.completed()).toMatchObject({ outcome: "client_closed" });
  await untilFree(gateway);
});

test("during a shutdown, too: the drain does not wait for it until its own end", async () => {
  const upstream = await scene.upstream(endless("application/octet-stream"));
  const gateway = await scene.gateway({
    base: upstream.url,
    top: [SEND_TIMEOUT, "shutdown: {drain_timeout_ms: 60000}"],
  });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  await client.head();
  client.socket.pause();
  expect(await within("the drain", gateway.drain())).toBe(true);
  expect(await gateway.completed()).toMatchObject({ outcome: "client_closed" });
});
