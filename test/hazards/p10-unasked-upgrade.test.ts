// Hazard P10: a 101 that was not asked for counts as a failure of the upstream, and a client's upgrade request is not forwarded.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();

test.each([
  ["with its headers", "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"],
  ["without them", "\r\n"],
  ["with bytes after it", "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x05hello"],
])("101 %s: 502", async (_name, rest) => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    await connection.send(`HTTP/1.1 101 Switching Protocols\r\n${rest}`);
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["request_timeout_ms: 3000"] });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  expect(await client.response()).toMatchObject({ status: 502, text: '{"error":"upstream_request_failed"}' });
  const [connection] = upstream.accepted;
  if (connection === undefined) throw new Error("no connection");
  await within("the upgraded connection to be closed", connection.ended);
  await untilFree(gateway);
});

// A request for a WebSocket is refused instead: see test/e2e/websocket.test.ts.
test("a client's upgrade to h2c is dropped; the request is a plain one", async () => {
  const lines = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"];
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH, ...lines]));
  expect(await client.response()).toMatchObject({ status: 200, text: "ok" });
  const arrival = await upstream.nextRequest();
  expect(arrival.names).not.toContain("upgrade");
  expect(arrival.names).not.toContain("http2-settings");
  expect(arrival.header("connection")).not.toMatch(/upgrade/i);
  // The connection still speaks HTTP/1.1.
  await client.send(requestText("GET", "/healthz"));
  expect((await client.response()).status).toBe(200);
});

test("CONNECT is not taken: 405, and nothing goes upstream", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(`CONNECT inner.test:443 HTTP/1.1\r\nHost: inner.test:443\r\n${AUTH}\r\n\r\n`);
  expect(await client.response("CONNECT")).toMatchObject({ status: 405, text: '{"error":"method_not_allowed"}' });
  expect(upstream.connections).toBe(0);
});
