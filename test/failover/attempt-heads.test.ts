// What the attempts of one exchange send: ids, trace context, one 100 Continue, and the replacement of a stale connection beside them.

import { expect, test } from "vitest";
import { PATIENCE_MS } from "../support/deadline.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { setScene } from "../support/scene.ts";
import type { Play } from "../support/scripted-upstream.ts";
import { bodyOf } from "./bodies.ts";
import { OK, plain, rate } from "./plays.ts";
import { RETRY, startPool } from "./pool.ts";
import { hash, headOf, send } from "./run-case.ts";

const scene = setScene();

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const CLIENT_TRACE = `00-${TRACE_ID}-00f067aa0ba902b7-01`;

test("all attempts have the request's id, and the client's trace context", async () => {
  const pool = await startPool(scene, { upstreams: [[rate()], [plain(503)], [OK]] });
  const lines = ["X-Request-Id: retried-1", `Traceparent: ${CLIENT_TRACE}`, "Tracestate: a=b"];
  const { response } = await send(scene, pool, { body: "small", lines });
  expect(response.header("x-request-id")).toBe("retried-1");
  for (const index of [0, 1, 2]) {
    const attempt = await pool.upstream(index).attempt(1);
    expect(attempt.header("x-request-id")).toBe("retried-1");
    expect(attempt.header("traceparent")).toBe(CLIENT_TRACE);
    expect(attempt.header("tracestate")).toBe("a=b");
  }
});

test("an id that the gateway makes is the same in all attempts", async () => {
  const pool = await startPool(scene, { upstreams: [[rate(), plain(503), OK]] });
  const { response } = await send(scene, pool);
  const ids = pool.upstream(0).attempts.map((attempt) => attempt.header("x-request-id"));
  expect(ids).toEqual(Array(3).fill(response.header("x-request-id")));
});

test("with tracing, each attempt is a span of its own in the client's trace", async () => {
  const receiver = await startOtlpReceiver("http");
  try {
    const otlp = `otlp: {endpoint: "${receiver.endpoint}", protocol: http}`;
    const pool = await startPool(scene, {
      upstreams: [[rate()], [plain(503)], [OK]],
      top: [`observability: {tracing: {enabled: true, sample_ratio: 1, ${otlp}}}`],
    });
    await send(scene, pool, { body: "small", lines: [`Traceparent: ${CLIENT_TRACE}`] });
    const contexts: string[] = [];
    for (const index of [0, 1, 2]) contexts.push((await pool.upstream(index).attempt(1)).header("traceparent") ?? "");
    expect(contexts.map((context) => context.split("-")[1])).toEqual(Array(3).fill(TRACE_ID));
    expect(new Set([...contexts, CLIENT_TRACE]).size).toBe(4);
  } finally {
    await receiver.close();
  }
});

test("Expect: 100-continue is answered once, and the body is sent in both attempts", async () => {
  const pool = await startPool(scene, { upstreams: [[plain(503), OK]] });
  const client = await scene.client(pool.gateway);
  const { lines, pieces, bytes } = bodyOf("small");
  await client.send(headOf("POST", { lines: ["Expect: 100-continue"] }, lines));
  await client.until("a 100", () => client.text.startsWith("HTTP/1.1 100 Continue\r\n\r\n") || undefined);
  await client.send(...pieces);
  const response = await client.response("POST");
  expect([response.status, response.interim.length]).toEqual([200, 1]);
  const { attempts } = pool.upstream(0);
  expect(attempts.map(({ body = Buffer.alloc(0) }) => hash(body))).toEqual([hash(bytes), hash(bytes)]);
  for (const attempt of attempts) expect(attempt.header("expect")).toBeUndefined();
});

test("Expect: 100-continue in a pool, whose bodies are read first", async () => {
  const pool = await startPool(scene, { upstreams: [[plain(503)], [OK]] });
  const client = await scene.client(pool.gateway);
  const { lines, pieces } = bodyOf("chunked");
  await client.send(headOf("POST", { lines: ["Expect: 100-continue"] }, lines));
  await client.until("a 100", () => client.text.startsWith("HTTP/1.1 100 Continue\r\n\r\n") || undefined);
  await client.send(...pieces);
  expect(await client.response("POST")).toMatchObject({ status: 200 });
  expect(pool.counts()).toEqual([1, 1]);
});

/** The connection closes when a request has come on it. Where it was used before, it counts as stale. */
const DROP: Play = { end: "close" };
const PATIENT = { times: { idle: { replayMs: PATIENCE_MS } } };

test.each([
  ["the first attempt", [OK, DROP, OK], "POST", 1],
  ["the first attempt, then a retry", [OK, DROP, rate(), OK], "POST", 2],
  ["the second attempt", [OK, rate(), DROP, OK], "POST", 2],
  ["both attempts", [OK, DROP, rate(), DROP, OK], "POST", 2],
  ["a DELETE", [OK, DROP, OK], "DELETE", 1],
] as const)("a stale connection is replaced, which is no attempt: %s", async (_name, plays, method, attempts) => {
  const pool = await startPool(scene, { upstreams: [plays] }, PATIENT);
  await send(scene, pool);
  const { response, sent } = await send(scene, pool, { method, body: "small", path: "/second" });
  expect(response.status).toBe(200);
  expect(pool.counts()).toEqual([plays.length]);
  const bodies = pool
    .upstream(0)
    .attempts.slice(1)
    .map(({ body = Buffer.alloc(0) }) => hash(body));
  expect(new Set(bodies)).toEqual(new Set([hash(sent.bytes)]));
  expect(await pool.gateway.completed((line) => line["path"] === "/up/second")).toMatchObject({ attempts });
});

test("a replacement is made once; the next failure is a `reset`", async () => {
  const plays = [OK, DROP, DROP, OK];
  const pool = await startPool(scene, { upstreams: [plays], retry: `${RETRY}, retry_on: [reset]` }, PATIENT);
  await send(scene, pool);
  expect((await send(scene, pool, { body: "small", path: "/second" })).response.status).toBe(200);
  expect(pool.counts()).toEqual([4]);
  expect(await pool.gateway.completed((line) => line["path"] === "/up/second")).toMatchObject({ attempts: 2 });
});

test("a body larger than max_body_bytes is not sent again to replace a stale connection", async () => {
  const pool = await startPool(scene, { upstreams: [[OK, DROP, OK]] }, PATIENT);
  await send(scene, pool);
  const { response } = await send(scene, pool, { body: "chunked-over", path: "/second" });
  expect(response.status).toBe(502);
  expect(pool.counts()).toEqual([2]);
});
