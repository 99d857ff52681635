// Uploads that stall or break while the gateway reads them before it chooses an upstream, or while it waits between attempts.

import { expect, test } from "vitest";
import { within } from "../support/deadline.ts";
import { setScene, untilFree } from "../support/scene.ts";
import type { Play } from "../support/scripted-upstream.ts";
import { BOUND } from "./bodies.ts";
import { early, OK, rate } from "./plays.ts";
import { type PoolParts, startPool } from "./pool.ts";
import { headOf } from "./run-case.ts";

const scene = setScene();

const READ_FIRST: readonly (readonly [name: string, parts: Pick<PoolParts, "items">])[] = [
  ["searched for state", {}],
  ["searched for its model", { items: ["models: [gpt-5]", "models: [gpt-5]"] }],
  ["whose model is renamed", { items: ["rename_models: {gpt-5: x}", "rename_models: {gpt-5: y}"] }],
];

test.each(READ_FIRST)("an upload that is %s and stalls: 408, and nothing is sent", async (_name, parts) => {
  const shared = ["stream_idle_timeout_ms: 120"];
  const pool = await startPool(scene, { upstreams: [[OK], [OK]], shared, ...parts });
  const client = await scene.client(pool.gateway);
  await client.send(headOf("POST", {}, ["Content-Length: 100"]), '{"model":');
  const response = await client.response("POST");
  expect([response.status, response.text]).toEqual([408, '{"error":"request_timeout"}']);
  expect(response.header("connection")).toBe("close");
  await untilFree(pool.gateway);
  expect(pool.counts()).toEqual([0, 0]);
});

test.each(READ_FIRST)("an upload that is %s and breaks: 400, and nothing is sent", async (_name, parts) => {
  const pool = await startPool(scene, { upstreams: [[OK], [OK]], ...parts });
  const client = await scene.client(pool.gateway);
  await client.send(headOf("POST", {}, ["Transfer-Encoding: chunked"]), "2\r\n{ \r\n", "zz\r\n");
  expect((await client.response("POST")).status).toBe(400);
  await untilFree(pool.gateway);
  expect(pool.counts()).toEqual([0, 0]);
});

test("an upload that breaks during a wait ends the exchange: there is no further attempt", async () => {
  const asksToWait: Play = { ...early(rate("Retry-After-Ms: 50000", "Connection: close")), end: "close" };
  const retry = `max_body_bytes: ${BOUND}, backoff_ms: 1, max_backoff_ms: 100000`;
  const pool = await startPool(scene, { upstreams: [[asksToWait, OK]], retry });
  const client = await scene.client(pool.gateway);
  await client.send(headOf("POST", {}, ["Transfer-Encoding: chunked"]), "2\r\n{ \r\n");
  await within("the answer to be read", (await pool.upstream(0).attempt(1)).ended);
  await client.send("zz\r\n");
  expect((await client.response("POST")).status).toBe(400);
  await untilFree(pool.gateway);
  expect(pool.counts()).toEqual([1]);
});
