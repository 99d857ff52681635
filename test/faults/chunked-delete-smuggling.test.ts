// Checks that a body after a method that usually has none stays a body and does not become a second request (fact F4, hazards
// P5, R3).

import { expect, test } from "vitest";
import { AUTH, TOKEN } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
const HIDDEN = "GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n";
const CHUNKED = `${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`;

test.each(
  ["DELETE", "OPTIONS", "GET", "HEAD", "POST", "PUT", "PATCH"].flatMap((method) => [
    [method, "chunks", "Transfer-Encoding: chunked", CHUNKED] as const,
    [method, "a length", `Content-Length: ${HIDDEN.length}`, HIDDEN] as const,
  ]),
)("%s with a body framed by %s", async (method, _framing, header, body) => {
  const seen: string[] = [];
  const upstream = await scene.rawUpstream(async (connection) => {
    for (;;) {
      const request = await connection.request();
      seen.push(request.startLine, ...request.rawHeaders);
      const text = request.startLine.startsWith("HEAD ") ? "" : request.body.toString("latin1");
      await connection.send(
        `HTTP/1.1 200 OK\r\nX-Line: ${request.startLine}\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
      );
    }
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText(method, "/up/a", [AUTH, header], body));
  const first = await client.response(method);
  expect(first.header("x-line")).toBe(`${method} /a HTTP/1.1`);
  if (method !== "HEAD") expect(first.text).toBe(HIDDEN);
  // The next request over the same connections gets its own answer, not that of a hidden one.
  await client.send(requestText("GET", "/up/b", [AUTH]));
  const second = await client.response();
  expect(second.header("x-line")).toBe("GET /b HTTP/1.1");
  const [connection] = upstream.accepted;
  expect(upstream.connections).toBe(1);
  expect(connection?.text).toBe("");
  expect(seen.filter((text) => text.includes(TOKEN))).toEqual([]);
});
