// Checks that a dry run of a WebSocket's handshake says what the gateway would do with it (contract, section 15).

import { expect, test } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import { dryRunner } from "../../src/runtime/dry/dry-run.ts";
import { compileText } from "../compiler/compiling.ts";
import { KEY } from "../support/websocket.ts";

const TOKEN = "token-of-a-client-1";
const ASKS = ["host", "h", "connection", "Upgrade", "upgrade", "websocket", "sec-websocket-key", KEY];
const PROTOCOLS = [
  "sec-websocket-protocol",
  `realtime, key.${TOKEN}`,
  "sec-websocket-extensions",
  "permessage-deflate",
];

function run(upstream: string, headers: readonly string[], target = "/up/v1/realtime", more = "") {
  const result = compileText(`listen: 127.0.0.1:0
gateway_auth:
  tokens: [${TOKEN}]
  token_sources: [{type: websocket_protocol, prefix: key.}]
usage: {enabled: true}
routes:
  - id: up
    prefix: /up
    upstream: {base_url: "https://a.example", ${upstream}}
${more}`);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return dryRunner(result.value, systemClock)({ method: "GET", target, rawHeaders: [...ASKS, ...headers] });
}

const V13 = ["sec-websocket-version", "13"];

test("shows the handshake that goes upstream, without the token", () => {
  const { upstream } = run("websocket: true, usage: {form: none}", [...V13, ...PROTOCOLS]);
  expect(upstream?.headers.slice(-12)).toEqual([
    ...["connection", "Upgrade", "upgrade", "websocket", "sec-websocket-key", KEY, "sec-websocket-version", "13"],
    ...["sec-websocket-protocol", "realtime", "sec-websocket-extensions", "permessage-deflate"],
  ]);
});

test("shows no extensions on a metered route", () => {
  const { upstream } = run("websocket: true", [...V13, ...PROTOCOLS]);
  expect(upstream?.headers).not.toContain("sec-websocket-extensions");
  expect(upstream?.headers).toContain("sec-websocket-key");
});

test.each([
  ["websocket: false", V13],
  ["websocket: true", ["sec-websocket-version", "8"]],
])("shows the refusal: %s %s", (upstream, version) => {
  expect(run(upstream, [...version, ...PROTOCOLS]).reply?.status).toBe(426);
});

test("asks for the model where the pool does", () => {
  const pool = "    upstreams: [{id: a, models: [m]}, {id: b, base_url: 'https://b.example', models: [m]}]\n";
  const dry = (target: string) => run("websocket: true", [...V13, ...PROTOCOLS], target, pool);
  expect(dry("/up/x").reply?.status).toBe(400);
  expect(dry("/up/x?model=m").upstream?.id).toBe("a");
});
