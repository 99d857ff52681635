// Bodies longer than what is held: a second model behind the bound must not reach the upstream whole (contract, section 12).

import { describe, expect, test } from "vitest";
import { inChunks } from "../failover/bodies.ts";
import { early, OK, rate } from "../failover/plays.ts";
import { type PoolParts, startPool } from "../failover/pool.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import type { Play } from "../support/scripted-upstream.ts";
import { as, clientLines } from "./clients.ts";

const scene = setScene();
const SCAN_BYTES = 2000;
const TOP = [...clientLines({ scoped: "models: [gpt-5, gpt-4]" }), `models: {scan_bytes: ${SCAN_BYTES}}`];
const JSON_TYPE = "Content-Type: application/json";
const LONG = "x".repeat(3 * SCAN_BYTES);

const ROUTES: readonly (readonly [string, PoolParts])[] = [
  ["one upstream", { upstreams: [[OK]], retry: null, top: TOP }],
  ["one upstream with retries", { upstreams: [[OK]], retry: "max_body_bytes: 100000", top: TOP }],
  ["a pool", { upstreams: [[OK], [OK]], top: TOP }],
  ["a pool that renames models", { upstreams: [[OK]], items: ["rename_models: {none: x}"], top: TOP }],
];

/** The end of a body whose first model, `gpt-5`, stands within the bound. */
const ENDS: readonly (readonly [name: string, text: string])[] = [
  ["another model", '","model":"claude-5"}'],
  ["the same model again", '","model":"gpt-5"}'],
  ["another allowed model", '","model":"gpt-4"}'],
  ["an escaped key", '","\\u006dodel":"claude-5"}'],
  ["other capitals", '","Model":"claude-5"}'],
  ["broken JSON", '","n":1]'],
  ["a second document", '"}{"model":"claude-5"}'],
];

describe.each(ROUTES)("%s", (_route, parts) => {
  test.each(ENDS)("%s behind the bound: 400, and the upstream request breaks", async (_name, end) => {
    for (const chunked of [false, true]) {
      const pool = await startPool(scene, parts);
      const client = await scene.client(pool.gateway);
      const bytes = Buffer.from(`{"model":"gpt-5","input":"${LONG}${end}`);
      const line = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${bytes.length}`;
      await client.send(requestText("POST", "/up/v1/x", [as("scoped"), JSON_TYPE, line]));
      const cut = bytes.length - end.length;
      const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)];
      const [first = "", ...rest] = chunked ? inChunks(pieces) : pieces;
      await client.send(first);
      const attempt = await pool.upstream(0).attempt(1);
      await client.send(...rest);
      const response = await client.response("POST");
      expect([response.status, response.text]).toEqual([400, '{"error":"model_unreadable"}']);
      await within("the upstream request to break", attempt.ended);
      expect(attempt.body).toBeUndefined();
      expect(pool.counts().reduce((sum, count) => sum + count, 0)).toBe(1);
      await untilFree(pool.gateway);
    }
  });

  test("nested models and texts behind the bound do not matter", async () => {
    const pool = await startPool(scene, parts);
    const client = await scene.client(pool.gateway);
    const body = JSON.stringify({ model: "gpt-5", input: LONG, x: { model: "claude-5" }, y: '","model":"claude-5' });
    const head = requestText("POST", "/up/v1/x", [as("scoped"), JSON_TYPE, `Content-Length: ${body.length}`]);
    await client.send(head, body.slice(0, 5000), body.slice(5000));
    expect((await client.response("POST")).status).toBe(200);
    expect((await pool.upstream(0).attempt(1)).body?.toString()).toBe(body);
  });
});

test("a field behind the bound, for servers that go by the type of a form: 400", async () => {
  const pool = await startPool(scene, { upstreams: [[OK]], retry: null, top: TOP });
  const client = await scene.client(pool.gateway);
  const end = '&model=claude-5&"}';
  const first = `{"model":"gpt-5","input":"${LONG}`;
  const type = "Content-Type: application/x-www-form-urlencoded";
  const length = `Content-Length: ${first.length + end.length}`;
  await client.send(requestText("POST", "/up/v1/x", [as("scoped"), type, length]), first);
  const attempt = await pool.upstream(0).attempt(1);
  await client.send(end);
  const response = await client.response("POST");
  expect([response.status, response.text]).toEqual([400, '{"error":"model_unreadable"}']);
  await within("the upstream request to break", attempt.ended);
  expect(attempt.body).toBeUndefined();
  await untilFree(pool.gateway);
});

test("behind the bound, once the response has begun: the client's connection is broken", async () => {
  const begun: Play = {
    reads: "head",
    pieces: [
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n",
    ],
    end: "hang",
  };
  const pool = await startPool(scene, { upstreams: [[begun]], retry: null, top: TOP });
  const client = await scene.client(pool.gateway);
  const end = '","model":"claude-5"}';
  const first = `{"model":"gpt-5","input":"${LONG}`;
  const length = `Content-Length: ${first.length + end.length}`;
  await client.send(requestText("POST", "/up/v1/x", [as("scoped"), JSON_TYPE, length]), first);
  await client.untilText("data: 1\n\n");
  await client.send(end);
  const attempt = await pool.upstream(0).attempt(1);
  await within("the upstream request to break", attempt.ended);
  expect(attempt.body).toBeUndefined();
  await client.ended;
  expect(client.text).not.toContain("0\r\n\r\n");
  await untilFree(pool.gateway);
});

test("behind the bound, while another attempt is waited for: it is not made", async () => {
  const asksToWait: Play = { ...early(rate("Retry-After-Ms: 50000", "Connection: close")), end: "close" };
  const retry = 'max_body_bytes: 100000, backoff_ms: 1, max_backoff_ms: 100000, retry_on: ["429"]';
  const pool = await startPool(scene, { upstreams: [[asksToWait, OK]], retry, top: TOP });
  const client = await scene.client(pool.gateway);
  const end = '","model":"claude-5"}';
  const first = `{"model":"gpt-5","input":"${LONG}`;
  const length = `Content-Length: ${first.length + end.length}`;
  await client.send(requestText("POST", "/up/v1/x", [as("scoped"), JSON_TYPE, length]), first);
  await within("the answer to be read", (await pool.upstream(0).attempt(1)).ended);
  await client.send(end);
  const response = await client.response("POST");
  expect([response.status, response.text]).toEqual([400, '{"error":"model_unreadable"}']);
  await untilFree(pool.gateway);
  expect(pool.counts()).toEqual([1]);
});
