// Hazard R2: content-length and transfer-encoding count even after a thousand other headers, in both directions, and no header is
// lost.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
const BODY = "GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n";
const CHUNKS = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;
const many = (count: number) => Array.from({ length: count }, (_, i) => `a${i}: b`);

test.each([996, 998, 1000, 1998, 2100])("%i headers before the framing of a request", async (count) => {
  const upstream = await scene.rawUpstream(async (connection) => {
    for (;;) {
      const request = await connection.request();
      await connection.send(
        `HTTP/1.1 200 OK\r\nX-Line: ${request.startLine}\r\nX-Count: ${request.rawHeaders.length / 2}\r\nContent-Length: ${request.body.length}\r\n\r\n${request.body}`,
      );
    }
  });
  const gateway = await scene.gateway({ base: upstream.url });
  for (const [method, header, body] of [
    ["GET", `Content-Length: ${BODY.length}`, BODY],
    ["GET", "Transfer-Encoding: chunked", CHUNKS],
    ["POST", `Content-Length: ${BODY.length}`, BODY],
    ["DELETE", "Transfer-Encoding: chunked", CHUNKS],
  ] as const) {
    const client = await scene.client(gateway);
    await client.send(requestText(method, "/up/x", [AUTH, ...many(count), header], body));
    const response = await client.response(method);
    expect(response.header("x-line")).toBe(`${method} /x HTTP/1.1`);
    expect(Number(response.header("x-count"))).toBeGreaterThan(count);
    expect(response.text).toBe(BODY);
  }
  for (const connection of upstream.accepted) expect(connection.text).toBe("");
});

test.each([
  ["a length", "Content-Length: 4\r\n\r\nbodyHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"],
  ["chunks", "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"],
])("2,100 headers before %s in a response", async (_name, rest) => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    await connection.send(`HTTP/1.1 200 OK\r\n${many(2100).join("\r\n")}\r\n${rest}`);
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  const response = await client.response();
  expect(response).toMatchObject({ status: 200, text: "body", whole: true });
  expect(response.header("a2099")).toBe("b");
});
