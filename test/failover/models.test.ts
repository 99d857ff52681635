// Pools whose upstreams take some models only: which upstream gets a request, and which requests are refused (contract, sections
// 12 and 14). The bytes of a body never change here.

import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { type RawResponse, requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { inChunks } from "./bodies.ts";
import { OK, plain } from "./plays.ts";
import { type StartedPool, startPool } from "./pool.ts";

const scene = setScene();

const ITEMS = ['models: ["gpt-*", "shared"]', 'models: ["claude-*", "shared"]'];
const SCAN_BYTES = 2000;
const TOP = [`models: {scan_bytes: ${SCAN_BYTES}}`];

interface Row {
  readonly name: string;
  readonly method?: string;
  readonly path?: string;
  readonly lines?: readonly string[];
  readonly body?: string | Buffer;
  readonly chunked?: boolean;
  /** The upstream that gets it, or the refusal. */
  readonly expected: "a" | "b" | readonly [status: number, code: string];
}

const UNREADABLE = [400, "model_unreadable"] as const;
const NOT_ALLOWED = [403, "model_not_allowed"] as const;
const JSON_LINE = "Content-Type: application/json";

const body = (model: unknown, more: object = {}): string => JSON.stringify({ ...more, model });
const multipart = (model: string): string =>
  [
    "--limit",
    'Content-Disposition: form-data; name="file"; filename="a.mp3"',
    "Content-Type: audio/mpeg",
    "",
    "bytes",
    "--limit",
    'Content-Disposition: form-data; name="model"',
    "",
    model,
    "--limit--",
    "",
  ].join("\r\n");
const FORM = "Content-Type: multipart/form-data; boundary=limit";
const DUPLICATE = '{"model":"gpt-5","model":"claude-5"}';

const ROWS: readonly Row[] = [
  { name: "the first upstream's model", body: body("gpt-5"), expected: "a" },
  { name: "the second upstream's model", body: body("claude-5"), expected: "b" },
  { name: "a model that both take", body: body("shared"), expected: "a" },
  { name: "a model that none takes", body: body("gemini-3"), expected: NOT_ALLOWED },
  { name: "case counts", body: body("GPT-5"), expected: NOT_ALLOWED },
  { name: "the model is last", body: body("claude-5", { input: "x".repeat(1500) }), expected: "b" },
  { name: "in chunks", body: body("claude-5", { input: "x".repeat(1500) }), chunked: true, expected: "b" },
  { name: "escapes in the model", body: '{"model":"cl\\u0061ude-5"}', expected: "b" },
  { name: "escapes in the key", body: '{"mod\\u0065l":"claude-5"}', expected: "b" },
  { name: "white space", body: '\r\n { "n" : 1 ,\t"model" : "claude-5" } \n', expected: "b" },
  { name: "a nested model is none", body: '{"x":{"model":"gpt-5"}}', expected: UNREADABLE },
  { name: "a nested model beside one", body: '{"x":{"model":"gpt-5"},"model":"claude-5"}', expected: "b" },
  { name: "no model", body: "{}", expected: UNREADABLE },
  { name: "an empty body", body: "", expected: UNREADABLE },
  { name: "a number", body: body(5), expected: UNREADABLE },
  { name: "null", body: body(null), expected: UNREADABLE },
  { name: "an array", body: '["model"]', expected: UNREADABLE },
  { name: "no JSON", body: "model=gpt-5", expected: UNREADABLE },
  { name: "cut JSON", body: '{"model":"gpt', expected: UNREADABLE },
  { name: "twice", body: DUPLICATE, expected: UNREADABLE },
  { name: "twice, in chunks", body: DUPLICATE, chunked: true, expected: UNREADABLE },
  { name: "behind the bound", body: body("gpt-5", { input: "x".repeat(SCAN_BYTES) }), expected: UNREADABLE },
  {
    name: "within the bound, in a longer body",
    body: JSON.stringify({ model: "claude-5", input: "x".repeat(5000) }),
    expected: "b",
  },
  { name: "without a content-type", lines: [], body: body("claude-5"), expected: "b" },
  { name: "multipart", lines: [FORM], body: multipart("claude-5"), expected: "b" },
  { name: "multipart, in chunks", lines: [FORM], body: multipart("claude-5"), chunked: true, expected: "b" },
  { name: "multipart that none takes", lines: [FORM], body: multipart("other"), expected: NOT_ALLOWED },
  { name: "gzip", lines: [JSON_LINE, "Content-Encoding: gzip"], body: gzipSync(body("claude-5")), expected: "b" },
  {
    name: "deflate",
    lines: [JSON_LINE, "Content-Encoding: deflate"],
    body: deflateSync(body("claude-5")),
    expected: "b",
  },
  { name: "br", lines: [JSON_LINE, "Content-Encoding: br"], body: brotliCompressSync(body("claude-5")), expected: "b" },
  {
    name: "gzip that is none",
    lines: [JSON_LINE, "Content-Encoding: gzip"],
    body: body("claude-5"),
    expected: UNREADABLE,
  },
  {
    name: "an unknown coding",
    lines: [JSON_LINE, "Content-Encoding: x-secret"],
    body: body("claude-5"),
    expected: UNREADABLE,
  },
  { name: "GET without a body", method: "GET", expected: "a" },
  { name: "DELETE without a body", method: "DELETE", expected: "a" },
  { name: "GET whose query names one", method: "GET", path: "/v1/x?model=claude-5", expected: "b" },
  {
    name: "GET whose query names one that none takes",
    method: "GET",
    path: "/v1/x?model=other",
    expected: NOT_ALLOWED,
  },
  { name: "Gemini's path", path: "/v1beta/models/claude-5:generateContent", body: "{}", expected: "b" },
  { name: "Gemini's path, that none takes", path: "/v1beta/models/gemini-3:x", body: "{}", expected: NOT_ALLOWED },
  { name: "Azure's path", path: "/openai/deployments/claude-5/chat/completions", body: "{}", expected: "b" },
  {
    name: "path and body name different upstreams' models",
    path: "/deployments/gpt-5/x",
    body: body("claude-5"),
    expected: NOT_ALLOWED,
  },
  {
    name: "path and body name models of one upstream",
    path: "/deployments/shared/x",
    body: body("claude-5"),
    expected: "b",
  },
];

test.each(ROWS.map((row) => [row.name, row] as const))("%s", async (_name, row) => {
  const pool = await startPool(scene, { upstreams: [[OK], [OK]], items: ITEMS, top: TOP });
  const response = await ask(pool, row);
  const { expected } = row;
  if (typeof expected !== "string") {
    expect([response.status, response.text]).toEqual([expected[0], JSON.stringify({ error: expected[1] })]);
    expect(pool.counts()).toEqual([0, 0]);
    return;
  }
  expect(response.status).toBe(200);
  expect(pool.counts()).toEqual(expected === "a" ? [1, 0] : [0, 1]);
  const attempt = await pool.upstream(expected === "a" ? 0 : 1).attempt(1);
  expect(attempt.body).toEqual(Buffer.from(row.body ?? ""));
  if (row.chunked === true) expect(attempt.header("transfer-encoding")).toBe("chunked");
  else if (row.body !== undefined) expect(attempt.header("content-length")).toBe(String(Buffer.byteLength(row.body)));
});

/** Sends the request of a row, in one write or in chunks. */
async function ask(pool: StartedPool, row: Row): Promise<RawResponse> {
  const { method = "POST", path = "/v1/chat/completions", lines = [JSON_LINE], body: text, chunked = false } = row;
  const client = await scene.client(pool.gateway);
  const bytes = Buffer.from(text ?? "");
  const framing = chunked ? ["Transfer-Encoding: chunked"] : [`Content-Length: ${bytes.length}`];
  const head = [AUTH, ...lines, ...(text === undefined ? [] : framing)];
  const parts = bytes.length > 10 ? [bytes.subarray(0, 10), bytes.subarray(10)] : [bytes];
  await client.send(requestText(method, `/up${path}`, head), ...(chunked ? inChunks(parts) : [bytes]));
  return client.response(method);
}

test("a failed attempt goes to another upstream of that model only", async () => {
  const items = ['models: ["gpt-*"]', 'models: ["claude-*"]', 'models: ["gpt-5"]'];
  const pool = await startPool(scene, { upstreams: [[plain(503)], [OK], [OK]], items });
  const response = await ask(pool, { name: "", body: body("gpt-5"), expected: "a" });
  expect(response.status).toBe(200);
  expect(pool.counts()).toEqual([1, 0, 1]);
});

test("a failed attempt has nowhere to go when no other upstream takes its model", async () => {
  const pool = await startPool(scene, { upstreams: [[plain(503)], [OK]], items: ITEMS, top: TOP });
  const response = await ask(pool, { name: "", body: body("gpt-5"), expected: "a" });
  expect(response.status).toBe(503);
  expect(pool.counts()).toEqual([2, 0]);
});

test("a second model behind the bound breaks the upstream request", async () => {
  const pool = await startPool(scene, { upstreams: [[OK], [OK]], items: ITEMS, top: TOP });
  const client = await scene.client(pool.gateway);
  const first = '{"model":"gpt-5","input":"';
  const rest = '","model":"claude-5"}';
  const padding = "x".repeat(SCAN_BYTES * 3);
  const length = first.length + padding.length + rest.length;
  await client.send(requestText("POST", "/up/x", [AUTH, JSON_LINE, `Content-Length: ${length}`]), first + padding);
  const attempt = await pool.upstream(0).attempt(1);
  await client.send(rest);
  const response = await client.response("POST");
  expect([response.status, response.text]).toEqual([400, '{"error":"model_unreadable"}']);
  await attempt.ended;
  expect(attempt.body).toBeUndefined();
  await untilFree(pool.gateway);
  expect(pool.counts()).toEqual([1, 0]);
});
