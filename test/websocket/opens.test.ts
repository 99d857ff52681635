// Checks how WebSockets are opened and passed on: the handshake both ways, bytes that come early, and how they are logged and counted
// (contract, section 15).

import { describe, expect, it } from "vitest";
import { AUTH, TOKEN, UPSTREAM_KEY } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import {
  ACCEPT,
  ASKS,
  closeFrame,
  expectBytes,
  frame,
  handshake,
  KEY,
  openSocket,
  switching,
} from "../support/websocket.ts";

const scene = setScene();
const ON = ["websocket: true"];
const METRICS = "observability: {metrics: {enabled: true, token: metrics-token-0123456789}}";

async function opened(lines: readonly string[] = ON, request = handshake(), top: readonly string[] = []) {
  const upstream = await scene.rawUpstream();
  const gateway = await scene.gateway({ base: `${upstream.url}/base`, upstream: lines, top });
  const client = await scene.client(gateway);
  const pair = await openSocket(client, () => upstream.nextConnection(), request);
  return { gateway, server: upstream, ...pair };
}

describe("a WebSocket", () => {
  it("is opened with the same handshake, a key of the gateway's, and no token", async () => {
    const upstream = await scene.rawUpstream();
    const gateway = await scene.gateway({ base: `${upstream.url}/base`, upstream: ON });
    const client = await scene.client(gateway);
    const offers = ["Sec-WebSocket-Extensions: permessage-deflate", "Sec-WebSocket-Protocol: a, b", "Keep-Alive: 5"];
    await client.send(
      handshake("/up/v1/realtime?model=m", ...offers, "X-Request-Id: mine", "Origin: https://a.example"),
    );
    const connection = await upstream.nextConnection();
    const head = await connection.requestHead();
    expect(head.startLine).toBe("GET /base/v1/realtime?model=m HTTP/1.1");
    const sent = head.rawHeaders.map((text, i) => (i % 2 === 0 ? text.toLowerCase() : text));
    expect(sent).toEqual([
      ...["host", `127.0.0.1:${upstream.port}`, "origin", "https://a.example", "x-request-id", "mine"],
      ...["authorization", `Bearer ${UPSTREAM_KEY}`, "connection", "Upgrade", "upgrade", "websocket"],
      ...["sec-websocket-key", KEY, "sec-websocket-version", "13", "sec-websocket-protocol", "a, b"],
      ...["sec-websocket-extensions", "permessage-deflate"],
    ]);
    await connection.send(
      switching("Sec-WebSocket-Protocol: b", "X-Request-Id: theirs", "Keep-Alive: timeout=1", "X-A: 1"),
    );
    const answer = await client.head();
    expect(answer.status).toBe(101);
    const named = (name: string) => answer.headers(name);
    expect(named("connection")).toEqual(["Upgrade"]);
    expect(named("upgrade")).toEqual(["websocket"]);
    expect(named("sec-websocket-accept")).toEqual([ACCEPT]);
    expect(named("sec-websocket-protocol")).toEqual(["b"]);
    expect(named("x-request-id")).toEqual(["mine"]);
    expect(named("x-upstream-request-id")).toEqual(["theirs"]);
    expect(named("x-a")).toEqual(["1"]);
    expect(named("date")).toHaveLength(1);
    for (const name of ["keep-alive", "content-length", "transfer-encoding"]) expect(named(name)).toEqual([]);
  });

  it("passes bytes both ways, and ends as a success when both sides have said goodbye", async () => {
    const { gateway, client, upstream } = await opened(ON, handshake(), [METRICS]);
    const [up, down] = [frame("hello", { masked: true }), frame(Buffer.alloc(70_000, 7), { opcode: 2 })];
    await client.send(up);
    expect(await expectBytes(upstream, up)).toEqual(up);
    await upstream.send(down);
    expect(await expectBytes(client, down)).toEqual(down);
    const metrics = await fetch(`${gateway.url}/metrics`, {
      headers: { authorization: "Bearer metrics-token-0123456789" },
    });
    expect(await metrics.text()).toContain('gateway_websockets_inflight{route_id="up"} 1');
    await client.send(closeFrame(1000, true));
    await expectBytes(upstream, closeFrame(1000, true));
    await upstream.send(closeFrame(1000));
    await expectBytes(client, closeFrame(1000));
    upstream.halfClose();
    expect(await client.ended).toBe("fin");
    client.halfClose();
    const line = await gateway.completed(({ route_id }) => route_id === "up");
    expect(line).toMatchObject({ outcome: "success", status: 101, level: "info", attempts: 1, method: "GET" });
    expect(line).toMatchObject({ bytes_received: up.length + 8, bytes_sent: down.length + 4, path: "/up/v1/realtime" });
    const after = await fetch(`${gateway.url}/metrics`, {
      headers: { authorization: "Bearer metrics-token-0123456789" },
    });
    const text = await after.text();
    expect(text).toContain('gateway_websockets_inflight{route_id="up"} 0');
    expect(text).toMatch(/gateway_requests_total\{[^}]*outcome="success"[^}]*status_class="1xx"[^}]*\} 1/);
  });

  it("loses no bytes that come early, from either side", async () => {
    const upstream = await scene.rawUpstream();
    const gateway = await scene.gateway({ base: upstream.url, upstream: ON });
    const client = await scene.client(gateway);
    const [first, second, third] = ["with the request", "before the answer", "after it"].map((text) =>
      frame(text, { masked: true }),
    );
    await client.send(Buffer.concat([Buffer.from(handshake()), first as Buffer]));
    const connection = await upstream.nextConnection();
    await connection.requestHead();
    await client.send(second as Buffer);
    expect(connection.bytes).toHaveLength(0);
    const early = frame("with the answer");
    await connection.send(Buffer.concat([Buffer.from(switching()), early]));
    await client.head();
    expect(await expectBytes(client, early)).toEqual(early);
    await client.send(third as Buffer);
    const all = Buffer.concat([first, second, third] as Buffer[]);
    expect(await expectBytes(connection, all)).toEqual(all);
  });

  it("can be the second request of a connection, at the client's and at the upstream's", async () => {
    const upstream = await scene.rawUpstream(async (connection) => {
      await connection.requestHead();
      await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    });
    const gateway = await scene.gateway({ base: upstream.url, upstream: ON });
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up/first", [AUTH]));
    expect((await client.response()).text).toBe("ok");
    const { head } = await openSocket(client, async () => upstream.accepted[0] as never);
    expect(head.status).toBe(101);
    expect(upstream.connections).toBe(1);
  });
});

describe("a handshake that can't work", () => {
  const lines = (...changed: readonly string[]) => [AUTH, "Connection: Upgrade", "Upgrade: websocket", ...changed];
  const KEY_LINE = `Sec-WebSocket-Key: ${KEY}`;
  const V13 = "Sec-WebSocket-Version: 13";

  it.each([
    ["of another version", requestText("GET", "/up/x", lines(KEY_LINE, "Sec-WebSocket-Version: 8")), 426],
    ["without a version", requestText("GET", "/up/x", lines(KEY_LINE)), 426],
    ["with two versions", requestText("GET", "/up/x", lines(KEY_LINE, V13, V13)), 426],
    ["with another method", requestText("POST", "/up/x", lines(KEY_LINE, V13, "Content-Length: 0")), 426],
    ["in HTTP/1.0", requestText("GET", "/up/x", lines(KEY_LINE, V13)).replace("HTTP/1.1", "HTTP/1.0"), 426],
    ["without a key", requestText("GET", "/up/x", lines(V13)), 400],
    ["with two keys", requestText("GET", "/up/x", lines(KEY_LINE, KEY_LINE, V13)), 400],
    ["with a bad key", requestText("GET", "/up/x", lines("Sec-WebSocket-Key: abc", V13)), 400],
    ["with a body", requestText("GET", "/up/x", lines(KEY_LINE, V13, "Content-Length: 2"), "ab"), 400],
    ["with chunks", requestText("GET", "/up/x", lines(KEY_LINE, V13, "Transfer-Encoding: chunked"), "0\r\n\r\n"), 400],
    ["without a token", requestText("GET", "/up/x", ASKS), 401],
    ["of no route", requestText("GET", "/other", [AUTH, ...ASKS]), 404],
    ["with a dot segment", requestText("GET", "/up/../x", [AUTH, ...ASKS]), 400],
    ["without a host", requestText("GET", "/up/x", ["host: a b", AUTH, ...ASKS]), 400],
  ])("%s is refused, and nothing goes upstream", async (_what, request, status) => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url, upstream: ON });
    const client = await scene.client(gateway);
    await client.send(request);
    const response = await client.response();
    expect(response.status).toBe(status);
    expect(response.header("sec-websocket-version")).toBe(status === 426 ? "13" : undefined);
    expect(response.whole).toBe(true);
    expect(upstream.connections).toBe(0);
  });

  it("behind a response that has not ended is refused", async () => {
    const upstream = await scene.rawUpstream();
    const gateway = await scene.gateway({ base: upstream.url, upstream: ON });
    const client = await scene.client(gateway);
    await client.send(`${requestText("GET", "/up/first", [AUTH])}${handshake()}`);
    const connection = await upstream.nextConnection();
    await connection.requestHead();
    await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    expect((await client.response()).text).toBe("ok");
    expect((await client.response()).status).toBe(400);
  });
});

describe("a refusal", () => {
  it("of the gateway is an ordinary answer, the last one of its connection", async () => {
    const gateway = await scene.gateway({
      base: "http://127.0.0.1:1",
      upstream: ON,
      top: ["rate_limit: {per_minute: 1}", "errors: {format: openai}"],
    });
    const first = await scene.client(gateway);
    await first.send(handshake());
    expect(await first.response()).toMatchObject({ status: 502, whole: true });
    const client = await scene.client(gateway);
    await client.send(handshake("/up/x", "X-Request-Id: mine"));
    const response = await client.response();
    expect(response.status).toBe(429);
    expect(JSON.parse(response.text)).toMatchObject({ error: { code: "rate_limited" } });
    for (const name of ["date", "retry-after", "retry-after-ms"]) expect(response.headers(name)).toHaveLength(1);
    expect(response.headers("connection")).toEqual(["close"]);
    expect(response.headers("x-request-id")).toEqual(["mine"]);
    expect(await client.ended).toBe("fin");
  });

  it.each([
    ["chunked", "transfer-encoding: chunked\r\n\r\n3\r\nno,\r\n4\r\n not\r\n0\r\n\r\n", "no, not"],
    ["with a length", "content-length: 2\r\n\r\nno", "no"],
    ["that ends with its connection", "connection: close\r\n\r\nno", "no"],
  ])("of the upstream is passed on whole: %s", async (_what, rest, text) => {
    const upstream = await scene.rawUpstream();
    const gateway = await scene.gateway({ base: upstream.url, upstream: ON });
    const client = await scene.client(gateway);
    await client.send(handshake());
    const connection = await upstream.nextConnection();
    await connection.requestHead();
    await connection.send(`HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Bearer\r\n${rest}`);
    if (rest.startsWith("connection")) connection.halfClose();
    const response = await client.response();
    expect(response).toMatchObject({ status: 401, text, whole: true });
    expect(response.headers("www-authenticate")).toEqual(["Bearer"]);
    expect(await client.ended).toBe("fin");
    expect(await gateway.completed()).toMatchObject({ outcome: "success", status: 401 });
  });

  it("of the upstream by another protocol is a bad gateway", async () => {
    const upstream = await scene.rawUpstream();
    const gateway = await scene.gateway({ base: upstream.url, upstream: ON });
    const client = await scene.client(gateway);
    await client.send(handshake());
    const connection = await upstream.nextConnection();
    await connection.requestHead();
    await connection.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
    expect((await client.response()).status).toBe(502);
    await connection.closed;
  });
});

describe("a token as a subprotocol", () => {
  const SOURCES = "[{type: authorization_bearer}, {type: websocket_protocol, prefix: openai-insecure-api-key.}]";
  const protocol = (items: string) => `Sec-WebSocket-Protocol: ${items}`;

  it.each([
    ["lets in", [protocol(`realtime, openai-insecure-api-key.${TOKEN}`)], ["realtime"], ["realtime"]],
    [
      "lets in, in a header of its own",
      [protocol("realtime"), protocol(`openai-insecure-api-key.${TOKEN}`)],
      ["realtime"],
      ["realtime"],
    ],
    ["lets in, alone", [protocol(`openai-insecure-api-key.${TOKEN}`)], [], []],
    [
      "is taken out when another source decides",
      [AUTH, protocol("a, openai-insecure-api-key.sk-other, b")],
      ["a, b"],
      ["a"],
    ],
    ["is not looked for in other items", [AUTH, protocol("a, b")], ["a, b"], []],
  ])("%s", async (_what, lines, sent, answered) => {
    const upstream = await scene.rawUpstream();
    const gateway = await scene.gateway({ base: upstream.url, upstream: ON, sources: SOURCES });
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up/x", [...ASKS, ...lines]));
    const connection = await upstream.nextConnection();
    const head = await connection.requestHead();
    const offered = head.rawHeaders.filter(
      (_, i) => head.rawHeaders[i - 1]?.toLowerCase() === "sec-websocket-protocol",
    );
    expect(offered).toEqual(sent);
    expect(head.rawHeaders.join()).not.toContain("openai-insecure");
    await connection.send(switching());
    expect((await client.head()).headers("sec-websocket-protocol")).toEqual(answered);
  });

  it("leaves the upstream's choice as it is", async () => {
    const upstream = await scene.rawUpstream();
    const gateway = await scene.gateway({ base: upstream.url, upstream: ON, sources: SOURCES });
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up/x", [...ASKS, protocol(`a, b, openai-insecure-api-key.${TOKEN}`)]));
    const connection = await upstream.nextConnection();
    await connection.requestHead();
    await connection.send(switching(protocol("b")));
    expect((await client.head()).headers("sec-websocket-protocol")).toEqual(["b"]);
  });

  it.each([
    ["a wrong one", "openai-insecure-api-key.wrong"],
    ["two", `openai-insecure-api-key.${TOKEN}, openai-insecure-api-key.${TOKEN}`],
    ["none", "realtime"],
  ])("is refused: %s", async (_what, items) => {
    const gateway = await scene.gateway({ base: "http://127.0.0.1:1", upstream: ON, sources: SOURCES });
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up/x", [...ASKS, protocol(items)]));
    expect((await client.response()).status).toBe(401);
  });
});
