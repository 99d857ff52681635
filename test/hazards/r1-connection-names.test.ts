// Hazard R1: `Connection` can't remove content-length, transfer-encoding, `host` or a header that the gateway sets.
// Hazard R10: header names are never used as property names.

import { expect, test } from "vitest";
import { AUTH, UPSTREAM_KEY } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
const BODY = "GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n";

test.each([
  "content-length",
  "Content-Length",
  "transfer-encoding",
  "host",
  "authorization",
  "x-request-id",
  "content-length, transfer-encoding, host, authorization, x-request-id",
  "keep-alive, Transfer-Encoding",
  "close,content-length",
  "__proto__, constructor",
  ", ,,",
])("Connection: %s", async (names) => {
  const upstream = await scene.upstream((req, res) => {
    req.resume();
    req.on("end", () => res.end("ok"));
  });
  const gateway = await scene.gateway({ base: upstream.url });
  for (const [header, body] of [
    [`Content-Length: ${BODY.length}`, BODY],
    ["Transfer-Encoding: chunked", `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`],
  ] as const) {
    const client = await scene.client(gateway);
    await client.send(requestText("POST", "/up/x", [AUTH, `Connection: ${names}`, header, "X-Request-Id: mine"], body));
    expect((await client.response("POST")).status).toBe(200);
    const arrival = await upstream.nextRequest();
    expect((await arrival.body).toString()).toBe(BODY);
    expect(arrival.header("host")).toBe(`127.0.0.1:${upstream.port}`);
    expect(arrival.headers("authorization")).toEqual([`Bearer ${UPSTREAM_KEY}`]);
    expect(arrival.header("x-request-id")).toBe("mine");
  }
  expect(upstream.requests.map(({ url }) => url)).toEqual(["/x", "/x"]);
});

test("a header that Connection names is not forwarded; `__proto__` is a header like any other", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  const lines = [
    "Connection: x-mine, X-Yours",
    "X-Mine: 1",
    "x-yours: 2",
    "X-Kept: 3",
    "__proto__: 4",
    "constructor: 5",
  ];
  await client.send(requestText("GET", "/up/x", [AUTH, ...lines]));
  expect((await client.response()).status).toBe(200);
  const arrival = await upstream.nextRequest();
  expect(arrival.names).not.toContain("x-mine");
  expect(arrival.names).not.toContain("x-yours");
  expect(arrival.header("x-kept")).toBe("3");
  expect(arrival.header("__proto__")).toBe("4");
  expect(arrival.header("constructor")).toBe("5");
});

test.each([
  ["content-length", "Content-Length: 4\r\n\r\nbody"],
  ["transfer-encoding", "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"],
])("an upstream's Connection: %s does not remove that header", async (name, rest) => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    await connection.send(`HTTP/1.1 200 OK\r\nConnection: ${name}\r\n${rest}`);
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  const response = await client.response();
  expect(response).toMatchObject({ status: 200, text: "body", whole: true });
  if (name === "content-length") expect(response.header(name)).toBe("4");
});
