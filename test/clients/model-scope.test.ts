// Sends requests of a client with a scope of models, on routes of each kind: what passes reaches the upstream byte for byte, what
// is refused leaves no trace there, and the connection can be used again or is closed (contract, sections 4 and 12).

import { describe, expect, test, vi } from "vitest";
import { JsonScan } from "../../src/runtime/model/json-scan.ts";
import { inChunks } from "../failover/bodies.ts";
import { OK } from "../failover/plays.ts";
import { type PoolParts, type StartedPool, startPool } from "../failover/pool.ts";
import { hash } from "../failover/run-case.ts";
import { AUTH } from "../support/config.ts";
import { type RawResponse, requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { as, clientLines } from "./clients.ts";
import { MODEL_CASES, type ModelCase, type Refusal, SCAN_BYTES, SCOPE } from "./model-cases.ts";

const scene = setScene();

const TOP = [
  ...clientLines({ scoped: SCOPE, open: "max_inflight: 1", shut: "models: []" }),
  `models: {scan_bytes: ${SCAN_BYTES}}`,
];

const ROUTES: readonly (readonly [name: string, parts: PoolParts])[] = [
  ["one upstream", { upstreams: [[OK]], retry: null, top: TOP }],
  ["one upstream with retries", { upstreams: [[OK]], top: TOP }],
  ["a pool", { upstreams: [[OK], [OK]], top: TOP }],
  ["a pool that renames models", { upstreams: [[OK], [OK]], items: ["rename_models: {none: x}"], top: TOP }],
];

/** How a body is cut: with its length in one write, in a chunk, and in chunks of one byte, each in a write of its own. */
const FRAMINGS = ["length", "chunked", "byte by byte"] as const;
type Framing = (typeof FRAMINGS)[number];

describe.each(ROUTES)("%s", (kind, parts) => {
  test.each(MODEL_CASES.map((row) => [row.name, row] as const))("%s", async (_name, row) => {
    if (kind.endsWith("renames models") && row.notRenamed) return;
    const pool = await startPool(scene, parts);
    let passed = 0;
    for (const framing of framingsOf(row)) {
      const { expected } = row;
      const response = await ask(pool, row, framing, as("scoped"));
      if (expected === "passes") {
        expect([framing, response.status]).toEqual([framing, 200]);
        passed++;
        await expectArrival(pool, row, framing, passed);
      } else {
        expectRefusal(response, expected, row);
      }
      expect(sum(pool.counts())).toBe(passed);
    }
    await untilFree(pool.gateway);
  });
});

test.each(MODEL_CASES.map((row) => [row.name, row] as const))(
  "without a scope nothing is looked at: %s",
  async (_name, row) => {
    const pool = await startPool(scene, { upstreams: [[OK]], retry: null, top: TOP });
    const scan = vi.spyOn(JsonScan.prototype, "push");
    let passed = 0;
    for (const framing of framingsOf(row).slice(0, 2)) {
      for (const line of [AUTH, as("open")]) {
        expect((await ask(pool, row, framing, line)).status).toBe(200);
        passed++;
        await expectArrival(pool, row, framing, passed);
      }
    }
    expect(scan).not.toHaveBeenCalled();
    scan.mockRestore();
  },
);

test("an empty list lets no model in, but what carries none", async () => {
  const pool = await startPool(scene, { upstreams: [[OK]], retry: null, top: TOP });
  for (const { body, method, path } of [
    { body: '{"model":"gpt-5"}', method: "POST", path: "/v1/x" },
    { body: "{}", method: "POST", path: "/v1/models/gpt-5:x" },
  ]) {
    const row: ModelCase = { name: "", method, path, body, expected: "model_not_allowed" };
    expectRefusal(await ask(pool, row, "length", as("shut")), "model_not_allowed", row);
  }
  const none: ModelCase = { name: "", method: "GET", path: "/v1/models", expected: "passes" };
  expect((await ask(pool, none, "length", as("shut"))).status).toBe(200);
  expect(pool.counts()).toEqual([1]);
});

test("client and pool read a body once", async () => {
  const items = ["rename_models: {gpt-5: other-5}, models: [gpt-5]", "models: [other]"];
  const pool = await startPool(scene, { upstreams: [[OK], [OK]], items, top: TOP });
  const scan = vi.spyOn(JsonScan.prototype, "push");
  const body = JSON.stringify({ model: "gpt-5", input: "x".repeat(3 * SCAN_BYTES) });
  const row: ModelCase = { name: "", body, expected: "passes" };
  expect((await ask(pool, row, "length", as("scoped"))).status).toBe(200);
  expect(sum(scan.mock.calls.map(([chunk]) => chunk.length))).toBe(body.length);
  scan.mockRestore();
  const attempt = await pool.upstream(0).attempt(1);
  expect(attempt.body?.toString()).toBe(body.replace("gpt-5", "other-5"));
  expect(attempt.header("content-length")).toBe(String(body.length + 2));
});

function framingsOf({ body }: ModelCase): readonly Framing[] {
  if (body === undefined) return ["length"];
  return body.length > 0 && body.length < 120 ? FRAMINGS : FRAMINGS.slice(0, 2);
}

/** Sends a request on a connection of its own. When the answer keeps the connection, it must take another request. */
async function ask(pool: StartedPool, row: ModelCase, framing: Framing, token: string): Promise<RawResponse> {
  const { method = "POST", path = "/v1/chat/completions", lines = [], body } = row;
  const client = await scene.client(pool.gateway);
  const bytes = Buffer.from(body ?? "");
  const length = framing === "length";
  const framed = body === undefined ? [] : [length ? `Content-Length: ${bytes.length}` : "Transfer-Encoding: chunked"];
  await client.send(requestText(method, `/up${path}`, [token, ...lines, ...framed]));
  if (body !== undefined) await client.send(...(length ? [bytes] : inChunks(piecesOf(bytes, framing))));
  const response = await client.response(method);
  if (response.header("connection") === "close") {
    await client.ended;
  } else {
    await client.send(requestText("GET", "/healthz"));
    expect((await client.response()).status).toBe(200);
  }
  client.socket.destroy();
  return response;
}

function piecesOf(bytes: Buffer, framing: Framing): Buffer[] {
  if (bytes.length === 0) return [];
  return framing === "chunked" ? [bytes] : Array.from(bytes, (_, n) => bytes.subarray(n, n + 1));
}

function expectRefusal(response: RawResponse, code: Refusal, { method, early }: ModelCase): void {
  expect(response.status).toBe(code === "model_unreadable" ? 400 : 403);
  if (method !== "HEAD") expect(response.text).toBe(JSON.stringify({ error: code }));
  expect(response.header("content-type")).toBe("application/json");
  expect(response.header("x-should-retry")).toBe("false");
  // A body that was read whole leaves a connection that can be used again. One that can't be read is refused before its end.
  if (code === "model_not_allowed" && !early) expect(response.header("connection")).not.toBe("close");
}

/** The upstream got the client's bytes, in the client's framing. */
async function expectArrival(pool: StartedPool, row: ModelCase, framing: Framing, number: number): Promise<void> {
  const attempt = await pool.upstream(0).attempt(number);
  const { method = "POST", path = "/v1/chat/completions", body } = row;
  expect(attempt.startLine).toBe(`${method} ${path} HTTP/1.1`);
  expect(hash(attempt.body ?? Buffer.alloc(0))).toBe(hash(Buffer.from(body ?? "")));
  if (body === undefined) return expect(attempt.header("transfer-encoding")).toBeUndefined();
  const length = framing === "length" ? String(Buffer.byteLength(body)) : undefined;
  expect(attempt.header("content-length")).toBe(length);
  expect(attempt.header("transfer-encoding")).toBe(framing === "length" ? undefined : "chunked");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
