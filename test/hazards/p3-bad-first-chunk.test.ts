// Hazard P3: headers and a bad chunk in one segment cause an error and data for the same response. The response ends once, and
// never as complete.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();

test.each([
  ["a bad size first", "zz\r\n"],
  ["a good chunk, then a bad size", "4\r\npart\r\nzz\r\n"],
  ["a chunk too long", "2\r\nlong\r\n"],
  ["a negative size", "-1\r\n"],
  ["a size that overflows", "fffffffffffffffff\r\n"],
])("%s", async (_name, chunks) => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    await connection.send(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`);
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  const head = await client.head();
  if (head.status === 200) expect((await client.body(head)).whole).toBe(false);
  else expect(await client.body(head)).toMatchObject({ status: 502, text: '{"error":"upstream_request_failed"}' });
  await untilFree(gateway);
  const lines = gateway.logs.filter((line) => line["path"] === "/up/x" && line.msg === "request completed");
  expect(lines.map((line) => line["outcome"])).toEqual([
    head.status === 200 ? "upstream_aborted" : "upstream_request_failed",
  ]);
});
