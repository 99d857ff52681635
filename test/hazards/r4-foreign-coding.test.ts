// Hazard R4: a transfer coding other than exactly `chunked` is refused, in both directions. Without the header, the receiver
// could not decode the body.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();

test.each([
  "gzip, chunked",
  "gzip",
  "identity",
  "chunked, chunked",
  "chunked, identity",
  "identity, chunked",
  "xchunked",
  "chunked;q=1",
  '"chunked"',
  "chunked,",
  ",chunked",
])("a request with Transfer-Encoding: %s", async (coding) => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/x", [AUTH, `Transfer-Encoding: ${coding}`], "4\r\nbody\r\n0\r\n\r\n"));
  const response = await client.response("POST");
  expect(response).toMatchObject({ status: 400, text: '{"error":"bad_request"}' });
  expect(response.header("connection")).toBe("close");
  expect(upstream.connections).toBe(0);
});

test.each([["two lines", ["Transfer-Encoding: gzip", "Transfer-Encoding: chunked"]]])(
  "a request with its codings on %s",
  async (_name, lines) => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    await client.send(requestText("POST", "/up/x", [AUTH, ...lines], "4\r\nbody\r\n0\r\n\r\n"));
    expect(await client.response("POST")).toMatchObject({ status: 400, text: '{"error":"bad_request"}' });
    expect(upstream.connections).toBe(0);
  },
);

test.each(["Chunked", "CHUNKED"])("%s is chunked", async (coding) => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/x", [AUTH, `Transfer-Encoding: ${coding}`], "4\r\nbody\r\n0\r\n\r\n"));
  expect((await client.response("POST")).status).toBe(200);
  expect((await (await upstream.nextRequest()).body).toString()).toBe("body");
});

test.each(["gzip, chunked", "gzip", "identity"])("a response with Transfer-Encoding: %s", async (coding) => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    await connection.send(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n4\r\nbody\r\n0\r\n\r\n`);
    connection.halfClose();
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  expect(await client.response()).toMatchObject({ status: 502, text: '{"error":"upstream_request_failed"}' });
  await untilFree(gateway);
});
