// Checks how HTTP/1.0 is served: a client needs no host, gets no chunks, and its connection closes unless it asks for keep-alive.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

test("a request without a host is forwarded, and the upstream gets its own host", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(`GET /up/x HTTP/1.0\r\n${AUTH}\r\n\r\n`);
  const response = await client.response();
  expect(response).toMatchObject({ status: 200, text: "ok", whole: true });
  expect(await client.ended).toBe("fin");
  expect((await upstream.nextRequest()).header("host")).toBe(`127.0.0.1:${upstream.port}`);
});

test("a chunked response of the upstream is sent to the client without chunks", async () => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    await connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "3\r\ncde\r\n0\r\n\r\n");
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(`GET /up/x HTTP/1.0\r\n${AUTH}\r\n\r\n`);
  const response = await client.response();
  expect(response).toMatchObject({ text: "abcde", whole: true, end: "fin" });
  expect(response.header("transfer-encoding")).toBeUndefined();
});

test("the connection stays open for a client that asks for keep-alive, when the length is known", async () => {
  const upstream = await scene.upstream((_req, res) => res.writeHead(200, { "content-length": 2 }).end("ok"));
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  for (let i = 0; i < 2; i++) {
    await client.send(`GET /up/x HTTP/1.0\r\nConnection: keep-alive\r\n${AUTH}\r\n\r\n`);
    expect(await client.response()).toMatchObject({ status: 200, text: "ok", whole: true });
  }
});

test("a request body with a content-length arrives", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(`POST /up/x HTTP/1.0\r\n${AUTH}\r\nContent-Length: 4\r\n\r\nbody`);
  expect((await client.response("POST")).status).toBe(200);
  expect((await (await upstream.nextRequest()).body).toString()).toBe("body");
});

test("an HTTP/1.0 response that ends with the upstream's connection arrives whole", async () => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    await connection.send("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nab", "cd");
    connection.halfClose();
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  for (let i = 0; i < 2; i++) {
    await client.send(requestText("GET", "/up/x", [AUTH]));
    expect(await client.response()).toMatchObject({ status: 200, text: "abcd", whole: true });
  }
});
