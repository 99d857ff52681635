// Hazard R3: the gateway sets content-length or transfer-encoding itself, so that Node never guesses. A request without a body
// has neither, unless its method usually has a body: then it has content-length 0.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

test.each([
  ["GET", [], undefined, undefined],
  ["HEAD", [], undefined, undefined],
  ["DELETE", [], undefined, undefined],
  ["OPTIONS", [], undefined, undefined],
  ["POST", [], "0", undefined],
  ["PUT", [], "0", undefined],
  ["PATCH", [], "0", undefined],
  ["POST", ["Content-Length: 0"], "0", undefined],
  ["GET", ["Content-Length: 0"], "0", undefined],
  ["GET", ["Content-Length: 2"], "2", undefined],
  ["POST", ["Transfer-Encoding: chunked"], undefined, "chunked"],
  ["GET", ["Transfer-Encoding: chunked"], undefined, "chunked"],
  ["HEAD", ["Transfer-Encoding: chunked"], undefined, "chunked"],
] as const)("%s with %j is forwarded with length %s, coding %s", async (method, lines, length, coding) => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  const body = coding === "chunked" ? "2\r\nab\r\n0\r\n\r\n" : "ab".slice(0, Number(length ?? 0));
  await client.send(requestText(method, "/up/x", [AUTH, ...lines], body));
  expect((await client.response(method)).status).toBe(200);
  const arrival = await upstream.nextRequest();
  expect(arrival.header("content-length")).toBe(length);
  expect(arrival.header("transfer-encoding")).toBe(coding);
  expect((await arrival.body).toString()).toBe(coding === "chunked" ? "ab" : body);
});

test.each([
  ["HEAD", "200 OK", "Content-Length: 100"],
  ["HEAD", "200 OK", "Transfer-Encoding: chunked"],
  ["HEAD", "200 OK", "Content-Type: text/event-stream"],
  ["HEAD", "404 Not Found", "Content-Length: 9"],
  ["GET", "204 No Content", "X-A: b"],
  ["GET", "304 Not Modified", "Content-Length: 100"],
  ["GET", "304 Not Modified", "ETag: x"],
  ["GET", "205 Reset Content", "Content-Length: 0"],
  ["GET", "200 OK", "Content-Length: 0"],
])("%s answered %s with %s has no body, and the connection stays usable", async (method, status, line) => {
  const upstream = await scene.rawUpstream(async (connection) => {
    for (;;) {
      const { startLine } = await connection.requestHead();
      const next = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext";
      await connection.send(startLine.includes("/a ") ? `HTTP/1.1 ${status}\r\n${line}\r\n\r\n` : next);
    }
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText(method, "/up/a", [AUTH]));
  const response = await client.response(method);
  expect(response.startLine).toBe(`HTTP/1.1 ${status}`);
  expect(response.text).toBe("");
  const [name = "", value] = line.split(": ");
  if (name !== "Transfer-Encoding") expect(response.header(name)).toBe(value);
  if (status.startsWith("204")) expect(response.header("transfer-encoding")).toBeUndefined();
  await client.send(requestText("GET", "/up/b", [AUTH]));
  expect((await client.response()).text).toBe("next");
});
