// Hazard P2: `Trailer` in a response makes `writeHead` throw. The gateway drops this header, and all trailers too.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

test.each([
  ["with a length", "HTTP/1.1", "Trailer: x\r\nContent-Length: 2\r\n\r\nok"],
  [
    "in chunks, with trailers",
    "HTTP/1.1",
    "Trailer: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: 1\r\n\r\n",
  ],
  [
    "in chunks, to an HTTP/1.0 client",
    "HTTP/1.0",
    "Trailer: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: 1\r\n\r\n",
  ],
])("%s", async (_name, version, rest) => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    await connection.send(`HTTP/1.1 200 OK\r\n${rest}`);
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(`GET /up/x ${version}\r\nHost: h\r\n${AUTH}\r\n\r\n`);
  const response = await client.response();
  expect(response).toMatchObject({ status: 200, text: "ok", whole: true, trailers: [] });
  expect(response.header("trailer")).toBeUndefined();
});
