// Tests what an explanation shows of queries, of refused WebSockets and of timeouts, and that it shows no secret.

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { explainer } from "../../src/cli/explain/explanation.ts";
import { compileText } from "../compiler/compiling.ts";

const TOKEN = "canary token-0001";
const KEY = "canary-key-0001";

const sha256 = (token: string): string => `sha256:${createHash("sha256").update(token).digest("hex")}`;

const CONFIG = `
listen: 127.0.0.1:0
gateway_auth:
  tokens: ["${sha256(TOKEN)}"]
  token_sources: [{type: authorization_bearer}, {type: query, name: gw}]
routes:
  - id: up
    prefix: /up
    upstream:
      base_url: https://api.example
      inject_headers: [{name: authorization, value: "Bearer ${KEY}"}]
      inject_query: [{name: key, value: "${KEY}"}, {name: api-version, value: "1"}]
      sse_keepalive_ms: 15000
rate_limit: {per_minute: 7}
downstream: {send_timeout_ms: 1500}
`;
const AUTH = ["authorization", `Bearer ${TOKEN}`];

function explain(target: string, headers: readonly string[] = [], config = CONFIG) {
  const result = compileText(config);
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join("\n"));
  const explanation = explainer(result.value)({ method: "GET", target, rawHeaders: ["host", "h", ...headers] });
  for (const secret of [TOKEN, encodeURIComponent(TOKEN), KEY])
    expect(JSON.stringify(explanation)).not.toContain(secret);
  return explanation;
}

describe("an explanation", () => {
  it.each([
    ["a token by query", "/up/x?a=%2f&gw=canary%20token-0001&b", []],
    ["a token by query, as a form writes it", "/up/x?a=%2f&gw=canary+token-0001&b", []],
    ["a token in a parameter for keys", "/up/x?a=%2f&api_key=canary%20token-0001&b", AUTH],
  ])("shows the query that goes upstream: %s", (_what, target, headers) => {
    expect(explain(target, headers).upstream?.url).toBe("https://api.example/x?a=%2f&b&key=***&api-version=***");
  });

  it("masks a token in any other parameter or header, too", () => {
    const { upstream } = explain("/up/x?other=canary%20token-0001&c=1", [...AUTH, "x-a", TOKEN, "x-b", `Key ${TOKEN}`]);
    expect(upstream?.url).toBe("https://api.example/x?other=***&c=1&key=***&api-version=***");
    expect(upstream?.headers).toMatchObject({ "x-a": "***", "x-b": "***" });
  });

  it("masks a token in the URL of each upstream of a pool", () => {
    const config = CONFIG.replace(
      "    upstream:\n      base_url: https://api.example",
      '    upstreams: [{id: a, base_url: "https://a.example"}, {id: b, base_url: "https://b.example"}]\n    upstream:',
    );
    const { upstreams } = explain("/up/x?other=canary%20token-0001&c=1", AUTH, config);
    expect(upstreams?.map(({ url }) => url)).toEqual(
      ["a", "b"].map((id) => `https://${id}.example/x?other=***&c=1&key=***&api-version=***`),
    );
  });

  it("takes text beyond ASCII as the bytes that clients send", () => {
    const token = "schlüssel-ключ-é";
    const sent = ["authorization", `Bearer ${token}`, "x-name", "Grüße"];
    const { steps, upstream } = explain(
      "/up/ä?q=ö",
      sent,
      CONFIG.replace(/tokens: .*/, `tokens: ["${sha256(token)}"]`),
    );
    expect(steps.map(({ step, verdict }) => `${step} ${verdict}`)).toEqual([
      "route pass",
      "auth pass",
      "rateLimit pass",
    ]);
    expect(upstream?.url).toBe("https://api.example/ä?q=ö&key=***&api-version=***");
    expect(upstream?.headers).toMatchObject({ "x-name": "Grüße" });
  });

  it("shows that a WebSocket is refused, before the limits", () => {
    const { steps, reply, upstream } = explain("/up/x", [...AUTH, "connection", "Upgrade", "upgrade", "websocket"]);
    expect(steps.map(({ step, verdict, detail }) => [step, verdict, detail].join(" "))).toEqual([
      "route pass /up",
      expect.stringMatching(/^auth pass /),
      "webSocket refuse websocket_not_enabled",
    ]);
    expect([reply?.status, reply?.body, upstream]).toEqual([426, '{"error":"websocket_not_enabled"}', undefined]);
  });

  it("drops the headers of a WebSocket handshake, and shows no step for it, where nothing asks for one", () => {
    const { steps, upstream } = explain("/up/x", [...AUTH, "upgrade", "websocket", "sec-websocket-key", "x"]);
    expect(steps.map(({ step }) => step)).toEqual(["route", "auth", "rateLimit"]);
    expect(Object.keys(upstream?.headers ?? {})).toEqual(["host", "x-request-id", "authorization"]);
  });

  it("shows each timeout", () => {
    expect(explain("/up/x", AUTH).timeouts).toEqual({
      connect_timeout_ms: 10_000,
      request_timeout_ms: 60_000,
      stream_idle_timeout_ms: 300_000,
      sse_keepalive_ms: 15_000,
      send_timeout_ms: 1500,
    });
  });
});
