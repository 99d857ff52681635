// A request that waits for its body, because its client has a scope of models: what ends the wait, and what it keeps from others
// (contract, sections 4 and 12).

import { describe, expect, test } from "vitest";
import { early, HANG, OK } from "../failover/plays.ts";
import { type PoolParts, poolConfig, type StartedPool, startPool } from "../failover/pool.ts";
import { configText } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { type RawClient, requestText } from "../support/raw-client.ts";
import { setScene, untilCounts, untilFree } from "../support/scene.ts";
import { as, clientLines } from "./clients.ts";

const scene = setScene();
const IDLE_MS = 200;
const JSON_TYPE = "Content-Type: application/json";
const BODY = '{"model":"gpt-5","input":"hello"}';
const LIMITS = "concurrency: {downstream_max_inflight: 1, upstream_per_key_max_inflight: 1}";
const TOP = [
  ...clientLines({ scoped: "models: [gpt-5], max_inflight: 1", other: "models: [gpt-5]" }),
  LIMITS,
  "models: {scan_bytes: 4000}",
];
const IDLE = [`stream_idle_timeout_ms: ${IDLE_MS}`];

const ROUTES: readonly (readonly [string, PoolParts])[] = [
  ["one upstream", { upstreams: [[OK]], retry: null, top: TOP, shared: IDLE }],
  [
    "a pool that renames models",
    { upstreams: [[OK], [OK]], items: ["rename_models: {none: x}"], top: TOP, shared: IDLE },
  ],
];

const head = (lines: readonly string[] = [], length = BODY.length, client = "scoped"): string =>
  requestText("POST", "/up/v1/x", [as(client), JSON_TYPE, `Content-Length: ${length}`, ...lines]);

/** Sends the first half of a request, and waits until the gateway has it. */
async function sendHalf(pool: StartedPool, lines?: readonly string[]): Promise<RawClient> {
  const client = await scene.client(pool.gateway);
  const before = pool.gateway.host.inFlight;
  await client.send(head(lines), BODY.slice(0, 10));
  await untilCounts(pool.gateway, ({ inFlight }) => inFlight === before + 1);
  return client;
}

describe.each(ROUTES)("%s", (_name, parts) => {
  test("a client that rests for stream_idle_timeout_ms gets 408, and nothing goes upstream", async () => {
    const pool = await startPool(scene, parts);
    const client = await sendHalf(pool);
    const at = performance.now();
    const response = await client.response("POST");
    expect([response.status, response.text]).toEqual([408, '{"error":"request_timeout"}']);
    expect(performance.now() - at).toBeGreaterThan(IDLE_MS - 50);
    expect(response.header("connection")).toBe("close");
    await client.send(BODY.slice(10));
    expect(await pool.gateway.completed()).toMatchObject({ outcome: "request_timeout", status: 408, attempts: 0 });
    await untilFree(pool.gateway);
    expect(sum(pool.counts())).toBe(0);
  });

  test("a body that moves may take longer than that", async () => {
    const pool = await startPool(scene, parts);
    const client = await scene.client(pool.gateway);
    await client.send(head());
    const at = performance.now();
    for (let n = 0; n < BODY.length; n += 8) {
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS / 3));
      await client.send(BODY.slice(n, n + 8));
    }
    expect((await client.response("POST")).status).toBe(200);
    expect(performance.now() - at).toBeGreaterThan(IDLE_MS);
  });

  test("it holds no slot, and does not keep others waiting", async () => {
    const pool = await startPool(scene, { ...parts, shared: [] });
    const slow = [await sendHalf(pool), await sendHalf(pool), await sendHalf(pool)];
    expect(pool.gateway.limits.totals()).toEqual({ downstream: 0, clients: 0, upstream: 0, waiting: 0 });
    const quick = await scene.client(pool.gateway);
    for (let n = 0; n < 3; n++) {
      await quick.send(head() + BODY);
      expect((await quick.response("POST")).status).toBe(200);
    }
    for (const client of slow) {
      await client.send(BODY.slice(10));
      expect((await client.response("POST")).status).toBe(200);
    }
    expect(sum(pool.counts())).toBe(6);
  });

  test.each(["reset", "close", "halfClose"] as const)("a client that leaves is noticed at once: %s", async (leave) => {
    const pool = await startPool(scene, { ...parts, shared: [] });
    const client = await sendHalf(pool);
    const at = performance.now();
    await client[leave]();
    expect(await pool.gateway.completed()).toMatchObject({ outcome: "client_closed", status: 499, attempts: 0 });
    expect(performance.now() - at).toBeLessThan(1000);
    await untilFree(pool.gateway);
    expect(sum(pool.counts())).toBe(0);
  });

  test("Expect: 100-continue is answered when the body is asked for, once", async () => {
    const pool = await startPool(scene, parts);
    const client = await scene.client(pool.gateway);
    await client.send(head(["Expect: 100-continue"]));
    await client.untilText("HTTP/1.1 100 Continue\r\n\r\n");
    expect(sum(pool.counts())).toBe(0);
    await client.send(BODY);
    const response = await client.response("POST");
    expect([response.status, response.interim.length]).toEqual([200, 0]);
  });

  test("Expect: 100-continue is not answered for a request that is refused before its body matters", async () => {
    const pool = await startPool(scene, parts);
    const client = await scene.client(pool.gateway);
    await client.send(
      requestText("POST", "/up/v1/x", [as("nobody"), `Content-Length: ${BODY.length}`, "Expect: 100-continue"]),
    );
    const response = await client.response("POST");
    expect([response.status, response.interim.length, response.header("connection")]).toEqual([401, 0, "close"]);
  });

  test("pipelined requests are read one after another", async () => {
    const pool = await startPool(scene, parts);
    const client = await scene.client(pool.gateway);
    const wrong = BODY.replace("gpt-5", "gpt-6");
    await client.send(`${head()}${BODY}${head()}${wrong}${head()}${BODY}`);
    const statuses = [];
    for (let n = 0; n < 3; n++) statuses.push((await client.response("POST")).status);
    expect(statuses).toEqual([200, 403, 200]);
    expect(sum(pool.counts())).toBe(2);
  });

  test("what is no chunk in a held body: 400", async () => {
    const pool = await startPool(scene, parts);
    const client = await scene.client(pool.gateway);
    await client.send(
      requestText("POST", "/up/v1/x", [as("scoped"), JSON_TYPE, "Transfer-Encoding: chunked"]),
      '5\r\n{"mod\r\n',
      "zz\r\n",
    );
    const response = await client.response("POST");
    expect([response.status, response.text]).toEqual([400, '{"error":"bad_request"}']);
    await untilFree(pool.gateway);
    expect(sum(pool.counts())).toBe(0);
  });

  test("a drain lets it finish", async () => {
    const pool = await startPool(scene, { ...parts, shared: [], top: [...TOP, "shutdown: {drain_timeout_ms: 5000}"] });
    const client = await sendHalf(pool);
    const drained = pool.gateway.drain();
    await client.send(BODY.slice(10));
    const response = await client.response("POST");
    expect([response.status, response.header("connection")]).toEqual([200, "close"]);
    expect(await drained).toBe(true);
  });

  test("a drain breaks it when the time is over", async () => {
    const pool = await startPool(scene, { ...parts, shared: [], top: [...TOP, "shutdown: {drain_timeout_ms: 100}"] });
    const client = await sendHalf(pool);
    expect(await pool.gateway.drain()).toBe(false);
    await within("the connection to end", client.ended);
    expect(await pool.gateway.completed()).toMatchObject({ outcome: "client_closed", attempts: 0 });
    expect(sum(pool.counts())).toBe(0);
  });
});

test("an upstream that answers before a body has come whole, whose first part was held", async () => {
  const pool = await startPool(scene, { upstreams: [[early(OK)]], retry: null, top: TOP });
  const client = await scene.client(pool.gateway);
  const body = `{"model":"gpt-5","input":"${"x".repeat(100_000)}"}`;
  await client.send(head([], body.length), body.slice(0, 50_000));
  const response = await client.response("POST");
  expect([response.status, response.header("connection")]).toEqual([200, "close"]);
  await untilFree(pool.gateway);
});

test("a client that leaves in the middle of a longer body: the upstream request breaks", async () => {
  const pool = await startPool(scene, { upstreams: [[HANG]], retry: null, top: TOP });
  const client = await scene.client(pool.gateway);
  const body = `{"model":"gpt-5","input":"${"x".repeat(100_000)}"}`;
  await client.send(head([], body.length), body.slice(0, 50_000));
  const attempt = await pool.upstream(0).attempt(1);
  client.reset();
  await within("the upstream request to break", attempt.ended);
  expect(attempt.body).toBeUndefined();
  expect(await pool.gateway.completed()).toMatchObject({ outcome: "client_closed" });
  await untilFree(pool.gateway);
});

test("a reload while a body is held: the request goes on by the config it began with", async () => {
  const pool = await startPool(scene, { upstreams: [[OK]], retry: null, top: TOP });
  const client = await sendHalf(pool);
  const parts = { retry: null, top: [...clientLines({ scoped: "models: []" }), LIMITS] };
  pool.gateway.swap(configText(poolConfig([pool.upstream(0).url], parts)));
  await client.send(BODY.slice(10));
  expect((await client.response("POST")).status).toBe(200);
  const next = await scene.client(pool.gateway);
  await next.send(head() + BODY);
  expect((await next.response("POST")).status).toBe(403);
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
