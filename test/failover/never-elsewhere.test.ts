// What may not go to another upstream, and what may not be sent twice (contract, section 7).

import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import { inChunks } from "./bodies.ts";
import { HANG, OK, plain, RESET_AFTER_REQUEST, rate } from "./plays.ts";
import { CLOSED, poolConfig, RETRY, startPool } from "./pool.ts";
import { type Case, testCases } from "./run-case.ts";

const ALL_WORDS = `${RETRY}, retry_on: [connect_error, reset, timeout, "429", "500", "503"], attempt_timeout_ms: 100`;

const STATE_PATHS = ["files", "batches", "fine_tuning/jobs", "assistants", "threads/t/runs", "vector_stores"];
const OTHER_PATHS = ["/v1/filesystem", "/v1/chat/files-x", "/v1/chat?x=/files/", "/v1/Threadsafe"];

const PREVIOUS = { previous_response_id: "resp_1" };

const state: readonly Case[] = [
  ...STATE_PATHS.map(
    (path): Case => ({
      name: `/v1/${path}: only the first upstream is asked, twice`,
      upstreams: [[rate(), OK], [OK]],
      request: { path: `/v1/${path}`, body: "small" },
      asked: [2, 0],
      passes: OK,
    }),
  ),
  {
    name: "a path with a segment of state, GET, with a query",
    upstreams: [[plain(503), OK], [OK]],
    request: { path: "/v1/files/file-1/content?x=1" },
    asked: [2, 0],
    passes: OK,
  },
  ...OTHER_PATHS.map(
    (path): Case => ({
      name: `${path}: no state`,
      upstreams: [[rate()], [OK]],
      request: { path, body: "small" },
      asked: [1, 1],
      passes: OK,
    }),
  ),
  ...([PREVIOUS, { background: true }] as const).flatMap((fields) =>
    (["small", "chunked"] as const).map(
      (body): Case => ({
        name: `${JSON.stringify(fields)} in a ${body} body: only the first upstream is asked`,
        upstreams: [[rate(), OK], [OK]],
        request: { path: "/v1/responses", body, fields: { model: "gpt-5", ...fields } },
        asked: [2, 0],
        passes: OK,
      }),
    ),
  ),
  {
    name: "state at the end of the body",
    upstreams: [[rate(), OK], [OK]],
    request: { body: "under", fields: { model: "gpt-5", pad: "y".repeat(3500), ...PREVIOUS } },
    asked: [2, 0],
    passes: OK,
  },
  ...[
    { background: false },
    { background: "true" },
    { previous_response_id: null },
    { input: [PREVIOUS] },
    { metadata: { background: true } },
  ].map(
    (fields): Case => ({
      name: `${JSON.stringify(fields)}: no state`,
      upstreams: [[rate()], [OK]],
      request: { path: "/v1/responses", body: "small", fields },
      asked: [1, 1],
      passes: OK,
    }),
  ),
  {
    name: "state, and the first upstream's port is closed",
    upstreams: [CLOSED, [OK]],
    request: { body: "small", fields: PREVIOUS },
    asked: [2, 0],
    replies: [502, "upstream_connect_error"],
  },
];

const methods = ["PUT", "PATCH", "DELETE"].flatMap((method): Case[] => {
  const request = { method, body: "small" } as const;
  return [
    { name: `${method}: a 503 is passed on`, upstreams: [[plain(503), OK]], request, asked: [1], passes: plain(503) },
    {
      name: `${method}: not at another upstream, either`,
      upstreams: [[rate()], [OK]],
      request,
      asked: [1, 0],
      passes: rate(),
    },
    {
      name: `${method}: not after a reset`,
      upstreams: [[RESET_AFTER_REQUEST, OK]],
      retry: ALL_WORDS,
      request,
      asked: [1],
      replies: [502, "upstream_request_failed"],
    },
    {
      name: `${method}: not after a timeout`,
      upstreams: [[HANG], [OK]],
      retry: ALL_WORDS,
      request,
      asked: [1, 0],
      replies: [504, "upstream_timeout"],
    },
    {
      name: `${method}: sent to the next upstream when the connection was never made`,
      upstreams: [CLOSED, [OK]],
      request,
      asked: [1, 1],
      passes: OK,
    },
    {
      name: `${method}: tried again when the connection was never made`,
      upstreams: [CLOSED],
      request,
      asked: [3],
      replies: [502, "upstream_connect_error"],
    },
  ];
});

const others = ["POST", "GET", "OPTIONS"].map(
  (method): Case => ({
    name: `${method}: sent to the next upstream`,
    upstreams: [[plain(503)], [OK]],
    request: { method },
    asked: [1, 1],
    passes: OK,
  }),
);

testCases([...state, ...methods, ...others]);

const scene = setScene();

test.each(["gzip", "chunked gzip"])("state in a %s body is seen", async (how) => {
  const pool = await startPool(scene, { upstreams: [[rate(), OK], [OK]] });
  const client = await scene.client(pool.gateway);
  const bytes = gzipSync(JSON.stringify({ model: "gpt-5", ...PREVIOUS }));
  const chunked = how === "chunked gzip";
  const framing = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${bytes.length}`;
  const lines = [AUTH, "Content-Type: application/json", "Content-Encoding: gzip", framing];
  await client.send(requestText("POST", "/up/v1/responses", lines), ...(chunked ? inChunks([bytes]) : [bytes]));
  expect((await client.response("POST")).status).toBe(200);
  expect(pool.counts()).toEqual([2, 0]);
  for (const attempt of pool.upstream(0).attempts) expect(attempt.body).toEqual(bytes);
});

test.each(["Application/JSON", "application/json; charset=utf-8", "application/vnd.api+json", undefined])(
  "state in a body of the type %s is seen",
  async (type) => {
    const pool = await startPool(scene, { upstreams: [[rate(), OK], [OK]] });
    const client = await scene.client(pool.gateway);
    const text = JSON.stringify({ model: "gpt-5", ...PREVIOUS });
    const lines = [AUTH, ...(type === undefined ? [] : [`Content-Type: ${type}`]), `Content-Length: ${text.length}`];
    await client.send(requestText("POST", "/up/v1/responses", lines, text));
    expect((await client.response("POST")).status).toBe(200);
    expect(pool.counts()).toEqual([2, 0]);
  },
);

test.each(["POST", "DELETE"])(
  "%s: a connection that can't be made in time is a `timeout`; nothing was sent",
  async (method) => {
    const silent = await scene.rawUpstream();
    const other = await scene.upstream();
    // The TLS handshake gets no answer.
    const urls = [`https://127.0.0.1:${silent.port}`, other.url];
    const retry = `${RETRY}, retry_on: [timeout]`;
    const gateway = await scene.gateway(poolConfig(urls, { retry, shared: ["connect_timeout_ms: 120"] }));
    const client = await scene.client(gateway);
    await client.send(requestText(method, "/up/v1/x", [AUTH, "Content-Length: 2"], "{}"));
    expect((await client.response(method)).status).toBe(200);
    expect(silent.connections).toBe(1);
    expect((await (await other.nextRequest()).body).toString()).toBe("{}");
    expect(await gateway.completed()).toMatchObject({ attempts: 2 });
  },
);
