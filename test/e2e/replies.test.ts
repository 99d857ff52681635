// Checks the bytes of each reply of the gateway's own, row by row of the error table (contract, section 4).

import { describe, expect, test } from "vitest";
import { AUTH, TOKEN } from "../support/config.ts";
import { type RawResponse, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import { closedPort } from "../support/upstream.ts";

const scene = setScene();

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const RETRY_AFTER = { "retry-after": /^([1-9]|[1-5]\d|60)$/, "retry-after-ms": /^[1-9]\d*$/ };

/** The statuses after which no SDK may send a request again. A 502 depends on its reason. */
const FINAL = [400, 401, 403, 404, 405, 417, 426, 431, 504];

/** The headers that a status or an error code brings with it. */
function headersOf(status: number, error: string): Record<string, string | RegExp> {
  return {
    ...(FINAL.includes(status) || error === "upstream_request_failed" ? { "x-should-retry": /^false$/ } : {}),
    ...(status === 401 ? { "www-authenticate": /^Bearer$/ } : {}),
    ...(status === 429 || status === 503 ? RETRY_AFTER : {}),
  };
}

/**
 * Checks a whole reply. `more` are the headers beyond those that every reply of its status and code has.
 */
function expectReply(
  response: RawResponse,
  statusLine: string,
  error: string,
  more: Record<string, string | RegExp> = {},
) {
  expect(response.startLine).toBe(`HTTP/1.1 ${statusLine}`);
  expect(response.body.toString("latin1")).toBe(`{"error":"${error}"}`);
  expect(response.whole).toBe(true);
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < response.rawHeaders.length; i += 2) {
    const name = response.rawHeaders[i]?.toLowerCase() ?? "";
    expect(headers.has(name), `${name} came twice`).toBe(false);
    headers.set(name, response.rawHeaders[i + 1] ?? "");
  }
  expect(headers.get("content-type")).toBe("application/json");
  expect(headers.get("content-length")).toBe(String(response.body.length));
  expect(headers.get("x-request-id")).toMatch(more["x-request-id"] ?? UUID_V7);
  expect(Math.abs(Date.now() - Date.parse(headers.get("date") ?? ""))).toBeLessThan(60_000);
  for (const name of ["content-type", "content-length", "x-request-id", "date"]) headers.delete(name);
  // Node adds these two headers when the connection stays open.
  if (headers.get("connection") === "keep-alive") {
    headers.delete("connection");
    headers.delete("keep-alive");
  }
  for (const [name, value] of Object.entries({ ...headersOf(response.status, error), ...more })) {
    if (name === "x-request-id") continue;
    expect(headers.get(name), name).toMatch(value);
    headers.delete(name);
  }
  expect([...headers]).toEqual([]);
}

/** Requests to built-in endpoints are logged at this level. */
const DEBUG_LOG = "observability: {logging: {level: debug}}";
const CLOSE = { connection: /^close$/ };

describe("a request with", () => {
  const get = (target: string, lines: readonly string[] = [AUTH]) => requestText("GET", target, lines);
  test.each([
    ["a dot segment", get("/up/../x"), "400 Bad Request", "invalid_path", {}],
    ["no token", get("/up/x", []), "401 Unauthorized", "unauthorized", {}],
    ["a wrong token", get("/up/x", ["Authorization: Bearer nope"]), "401 Unauthorized", "unauthorized", {}],
    ["another auth scheme", get("/up/x", [`Authorization: Basic ${TOKEN}`]), "401 Unauthorized", "unauthorized", {}],
    ["a path without a route", get("/down"), "404 Not Found", "route_not_found", {}],
    ["a path that continues a prefix within a segment", get("/upper"), "404 Not Found", "route_not_found", {}],
    [
      "a method that a built-in endpoint does not allow",
      requestText("PUT", "/healthz"),
      "405 Method Not Allowed",
      "method_not_allowed",
      { allow: /^GET, HEAD$/, "cache-control": /^no-store$/ },
    ],
    [
      "CONNECT",
      `CONNECT inner.test:443 HTTP/1.1\r\nHost: inner.test:443\r\n${AUTH}\r\n\r\n`,
      "405 Method Not Allowed",
      "method_not_allowed",
      { ...CLOSE, allow: /^GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS$/ },
    ],
    [
      "an upgrade to WebSocket",
      get("/up/x", [AUTH, "Connection: Upgrade", "Upgrade: websocket"]),
      "426 Upgrade Required",
      "websocket_not_enabled",
      { upgrade: /^HTTP\/1\.1$/, connection: /^upgrade$/ },
    ],
    ["two hosts", get("/up/x", [AUTH, "Host: a", "Host: b"]), "400 Bad Request", "bad_request", CLOSE],
    [
      "an unsupported transfer coding",
      get("/up/x", [AUTH, "Transfer-Encoding: gzip"]),
      "400 Bad Request",
      "bad_request",
      CLOSE,
    ],
    [
      "bytes that are not HTTP",
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
      "400 Bad Request",
      "bad_request",
      CLOSE,
    ],
    ["a control byte in a header value", get("/up/x", [AUTH, "X-A: a\x01b"]), "400 Bad Request", "bad_request", CLOSE],
    ["a NUL in a header value", get("/up/x", [AUTH, "X-A: a\0b"]), "400 Bad Request", "bad_request", CLOSE],
    [
      "an unsupported expectation",
      get("/up/x", [AUTH, "Expect: tea"]),
      "417 Expectation Failed",
      "expectation_failed",
      CLOSE,
    ],
    [
      "headers above 32 KiB",
      get("/up/x", [AUTH, `X-A: ${"a".repeat(33 * 1024)}`]),
      "431 Request Header Fields Too Large",
      "headers_too_large",
      CLOSE,
    ],
    [
      "a target above 32 KiB",
      get(`/up/${"a".repeat(33 * 1024)}`),
      "431 Request Header Fields Too Large",
      "headers_too_large",
      CLOSE,
    ],
  ] as const)("%s gets the reply of the contract", async (_name, request, statusLine, error, more) => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url, top: [DEBUG_LOG] });
    const client = await scene.client(gateway);
    await client.send(request);
    expectReply(await client.response(), statusLine, error, more);
    expect(upstream.connections).toBe(0);
    expect(await gateway.completed()).toMatchObject({ outcome: error, status: Number(statusLine.slice(0, 3)) });
  });
});

test("request headers of 31 KiB are accepted", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH, `X-A: ${"a".repeat(31 * 1024)}`]));
  expect((await client.response()).status).toBe(200);
});

test("HEAD gets the same headers as GET, and no body", async () => {
  const gateway = await scene.gateway({ base: "http://127.0.0.1:9" });
  const client = await scene.client(gateway);
  await client.send(requestText("HEAD", "/nowhere", []));
  const response = await client.response("HEAD");
  expect(response).toMatchObject({ status: 404, text: "" });
  expect(response.header("content-length")).toBe(String('{"error":"route_not_found"}'.length));
  await client.send(requestText("GET", "/healthz"));
  expect((await client.response()).text).toBe('{"status":"ok"}');
});

test("a reply has the client's request id, or a new one when the client's is not valid", async () => {
  const gateway = await scene.gateway({ base: "http://127.0.0.1:9" });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", ["X-Request-Id: a-B_9."]));
  expectReply(await client.response(), "401 Unauthorized", "unauthorized", { "x-request-id": /^a-B_9\.$/ });
  for (const invalid of ["a b", "ä", "", "a".repeat(129), "a/b"]) {
    await client.send(requestText("GET", "/up/x", [`X-Request-Id: ${invalid}`]));
    expectReply(await client.response(), "401 Unauthorized", "unauthorized");
  }
});

test("a client above its rate limit gets 429 rate_limited", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url, top: ["rate_limit: {per_minute: 1}"] });
  const client = await scene.client(gateway);
  let response: RawResponse | undefined;
  // A new minute may begin once during the three requests. At least two of them are in the same minute.
  for (let i = 0; i < 3 && response?.status !== 429; i++) {
    await client.send(requestText("GET", "/up/x", [AUTH]));
    response = await client.response();
  }
  if (response === undefined) throw new Error("no response");
  expectReply(response, "429 Too Many Requests", "rate_limited");
});

test.each([
  ["downstream_max_inflight", "downstream_concurrency_exceeded"],
  ["upstream_per_key_max_inflight", "upstream_concurrency_exceeded"],
])("a request above %s gets 503 %s", async (limit, error) => {
  const upstream = await scene.upstream(() => {});
  const gateway = await scene.gateway({ base: upstream.url, top: [`concurrency: {${limit}: 1}`] });
  const first = await scene.client(gateway);
  await first.send(requestText("GET", "/up/x", [AUTH]));
  await upstream.nextRequest();
  const second = await scene.client(gateway);
  await second.send(requestText("GET", "/up/x", [AUTH]));
  expectReply(await second.response(), "503 Service Unavailable", error);
});

test("a request that waited for the whole queue timeout gets 503 upstream_concurrency_exceeded", async () => {
  const upstream = await scene.upstream(() => {});
  const gateway = await scene.gateway({
    base: upstream.url,
    top: ["concurrency: {upstream_per_key_max_inflight: 1, queue: {max_waiting: 2, timeout_ms: 50}}"],
  });
  const first = await scene.client(gateway);
  await first.send(requestText("GET", "/up/x", [AUTH]));
  await upstream.nextRequest();
  const second = await scene.client(gateway);
  await second.send(requestText("GET", "/up/x", [AUTH]));
  expectReply(await second.response(), "503 Service Unavailable", "upstream_concurrency_exceeded");
  expect(upstream.requests).toHaveLength(1);
});

test("a request that arrives while the gateway drains gets 503 shutting_down", async () => {
  let end = () => {};
  const upstream = await scene.upstream((_req, res) => {
    res.writeHead(200, { "content-length": 2 }).flushHeaders();
    end = () => res.end("ok");
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  const head = await client.head();
  const drained = gateway.drain();
  await client.send(requestText("GET", "/up/late", [AUTH]));
  end();
  expect((await client.body(head)).text).toBe("ok");
  expectReply(await client.response(), "503 Service Unavailable", "shutting_down", CLOSE);
  expect(await drained).toBe(true);
});

test("an upstream port where nothing listens gives 502 upstream_connect_error", async () => {
  const gateway = await scene.gateway({ base: `http://127.0.0.1:${await closedPort()}` });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  expectReply(await client.response(), "502 Bad Gateway", "upstream_connect_error");
});

test.each([
  ["sends nothing", ""],
  ["speaks another protocol", "SSH-2.0-OpenSSH_9.2\r\n"],
  ["speaks HTTP/2", "\x00\x00\x12\x04\x00\x00\x00\x00\x00"],
  ["sends two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"],
  ["sends a length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
  ["sends headers above 64 KiB", `HTTP/1.1 200 OK\r\nX-A: ${"a".repeat(65 * 1024)}\r\n\r\n`],
  ["sends a control byte in a header value", "HTTP/1.1 200 OK\r\nX-A: a\x01b\r\nContent-Length: 0\r\n\r\n"],
])("an upstream that %s gives 502 upstream_request_failed", async (_name, bytes) => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    await connection.send(bytes);
    connection.halfClose();
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  expectReply(await client.response(), "502 Bad Gateway", "upstream_request_failed");
});

test("response headers of 60 KiB are accepted", async () => {
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    await connection.send(`HTTP/1.1 200 OK\r\nX-A: ${"a".repeat(60 * 1024)}\r\nContent-Length: 2\r\n\r\nok`);
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  expect(await client.response()).toMatchObject({ status: 200, text: "ok" });
});

test("an upstream that does not respond in time gives 504 upstream_timeout", async () => {
  const upstream = await scene.upstream(() => {});
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["request_timeout_ms: 50"] });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  expectReply(await client.response(), "504 Gateway Timeout", "upstream_timeout");
});

test("a guard that throws gives 500 internal_error, its name is logged, and the gateway goes on", async () => {
  const gateway = await scene.gateway({ base: "http://127.0.0.1:9" });
  const { plan } = gateway.host;
  const swap = (to: typeof plan) =>
    gateway.host.swap({ plan: to, limits: gateway.limits.lease(), sendTimeoutMs: 0, release: () => {} });
  swap({
    ...plan,
    routes: {
      match: () => ({
        id: "broken",
        prefix: "/",
        guards: [
          {
            kind: "auth",
            run: () => {
              throw new Error("a bug");
            },
          },
        ],
        forward: () => {},
      }),
    },
  });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  expectReply(await client.response(), "500 Internal Server Error", "internal_error");
  expect(gateway.logs.find((line) => line.level === "error" && line.msg !== "request completed")).toMatchObject({
    step: "auth",
  });
  expect(JSON.stringify(gateway.logs)).not.toContain(TOKEN);
  swap(plan);
  await client.send(requestText("GET", "/healthz"));
  expect((await client.response()).status).toBe(200);
});

test("408 request_timeout: headers that are not complete in time are answered, and the connection is closed", async () => {
  const times = { server: { headMs: 300, headCheckMs: 50 } };
  const gateway = await scene.gateway({ base: "http://127.0.0.1:9" }, { times });
  const client = await scene.client(gateway);
  await client.send("GET /up/x HTTP/1.1\r\nHost: h\r\n");
  const response = await client.response();
  expectReply(response, "408 Request Timeout", "request_timeout", CLOSE);
  await client.until("the end of the connection", () => client.end, 3000);
});
