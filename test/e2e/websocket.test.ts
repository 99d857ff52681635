// Checks what becomes of an upgrade: WebSockets are refused after the token check, any other upgrade is ignored.

import { describe, expect, it } from "vitest";
import { AUTH, TOKEN } from "../support/config.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
const HANDSHAKE = [
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Protocol: realtime",
  "sec_websocket_extensions: permessage-deflate",
];
const ASKS = ["Connection: Upgrade", "Upgrade: websocket", ...HANDSHAKE];

describe("a request for a WebSocket", () => {
  it.each([
    ["the usual spelling", ASKS],
    ["upper case", ["CONNECTION: UPGRADE", "UPGRADE: WEBSOCKET"]],
    ["lists", ["Connection: keep-alive, Upgrade", "Upgrade: h2c, websocket"]],
    ["several headers", ["Connection: keep-alive", "Connection: upgrade", "Upgrade: h2c", "Upgrade: websocket"]],
  ])("is refused, and nothing goes upstream: %s", async (_what, lines) => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url, top: ["errors: {format: openai}"] });
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up/v1/responses", [AUTH, ...lines]));
    const response = await client.response();
    expect(response.status).toBe(426);
    expect(response.header("upgrade")).toBe("HTTP/1.1");
    expect(JSON.parse(response.text)).toMatchObject({
      error: { code: "websocket_not_enabled", type: "invalid_request_error" },
    });
    expect(upstream.connections).toBe(0);
    expect(await gateway.completed()).toMatchObject({ outcome: "websocket_not_enabled", attempts: 0, route_id: "up" });
    // The connection continues with HTTP.
    await client.send(requestText("GET", "/up/x", [AUTH]));
    expect((await client.response()).status).toBe(200);
  });

  it("needs a token first", async () => {
    const gateway = await scene.gateway({ base: "http://127.0.0.1:1" });
    expect((await exchange(gateway.port, requestText("GET", "/up/x", ASKS))).status).toBe(401);
  });

  it("counts in no limit", async () => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url, top: ["rate_limit: {per_minute: 1}"] });
    for (let i = 0; i < 3; i++) {
      expect((await exchange(gateway.port, requestText("GET", "/up/x", [AUTH, ...ASKS]))).status).toBe(426);
    }
    expect((await exchange(gateway.port, requestText("GET", "/up/x", [AUTH]))).status).toBe(200);
  });

  it("is refused by a busy gateway, too, which takes no slot for it", async () => {
    const upstream = await scene.upstream(() => {});
    const gateway = await scene.gateway({ base: upstream.url, top: ["concurrency: {downstream_max_inflight: 1}"] });
    const first = await scene.client(gateway);
    await first.send(requestText("GET", "/up/x", [AUTH]));
    await upstream.nextRequest();
    expect((await exchange(gateway.port, requestText("GET", "/up/x", [AUTH, ...ASKS]))).status).toBe(426);
  });
});

describe("a request that asks for no WebSocket", () => {
  it.each([
    ["h2c", ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"]],
    ["upgrade without connection", ["Upgrade: websocket"]],
    ["connection without upgrade", ["Connection: Upgrade"]],
    ["a protocol that only begins so", ["Connection: Upgrade", "Upgrade: websocket2"]],
    ["the headers of a handshake", HANDSHAKE],
  ])("is forwarded without the headers of an upgrade: %s", async (_what, lines) => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const response = await exchange(gateway.port, requestText("GET", "/up/x", [AUTH, ...lines, "X-Kept: 1"]));
    expect(response.status).toBe(200);
    const { names } = await upstream.nextRequest();
    expect(names).toContain("x-kept");
    expect(names.filter((name) => /upgrade|websocket|http2/.test(name))).toEqual([]);
  });

  it("in HTTP/1.0 is forwarded, whatever its headers say", async () => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const request = requestText("GET", "/up/x", [AUTH, "Connection: Upgrade", "Upgrade: websocket"]);
    expect((await exchange(gateway.port, request.replace("HTTP/1.1", "HTTP/1.0"))).status).toBe(200);
    expect(JSON.stringify(upstream.requests)).not.toContain(TOKEN);
  });
});
