// The upstream connection is not established: 504 after `connect_timeout_ms`, which covers TLS too; 502 at once when it is
// refused.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { closedPort } from "../support/upstream.ts";

const scene = setScene();

test("a TLS handshake that gets no answer", async () => {
  const upstream = await scene.rawUpstream();
  const gateway = await scene.gateway({
    base: `https://127.0.0.1:${upstream.port}`,
    upstream: ["connect_timeout_ms: 150"],
  });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  const connection = await upstream.nextConnection();
  expect(await client.response()).toMatchObject({ status: 504, text: '{"error":"upstream_timeout"}' });
  await within("the connection to be given up", connection.ended);
  await untilFree(gateway);
  expect(await gateway.completed()).toMatchObject({ outcome: "upstream_timeout", status: 504 });
});

test.each([
  ["nothing listens on the port", async () => `http://127.0.0.1:${await closedPort()}`],
  ["no such host", async () => "http://no-such-host.invalid"],
])("%s: 502", async (_name, base) => {
  const gateway = await scene.gateway({ base: await base() });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  expect(await client.response()).toMatchObject({ status: 502, text: '{"error":"upstream_connect_error"}' });
  await untilFree(gateway);
});

test("something that is not TLS answers a TLS handshake: 502", async () => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.until("a hello", () => connection.bytes.length > 0 || undefined);
    await connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    connection.halfClose();
  });
  const gateway = await scene.gateway({ base: `https://127.0.0.1:${upstream.port}` });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  expect(await client.response()).toMatchObject({ status: 502, text: '{"error":"upstream_connect_error"}' });
});

test("the client leaves while the connection is being made: the connection is closed", async () => {
  const upstream = await scene.rawUpstream();
  const gateway = await scene.gateway({ base: `https://127.0.0.1:${upstream.port}` });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  const connection = await upstream.nextConnection();
  client.reset();
  await within("the connection to be given up", connection.ended);
  await untilFree(gateway);
});
