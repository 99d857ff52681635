// `rename_models`: only the bytes of the model's value change on the way to an upstream, and the length with them (contract, section 14).

import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { type RawResponse, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import { inChunks } from "./bodies.ts";
import { OK, plain } from "./plays.ts";
import { RETRY, type StartedPool, startPool } from "./pool.ts";

const scene = setScene();

const RENAMES =
  'rename_models: {gpt-5: "my-deployment/long-name", "long-model-name-of-the-client": s, quoted: \'a"b\\c\'}';

interface Row {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

const MANY = "x".repeat(900_000);

const ROWS: readonly Row[] = [
  { name: "longer", before: '{"model":"gpt-5","n":1}', after: '{"model":"my-deployment/long-name","n":1}' },
  { name: "shorter", before: '{"model":"long-model-name-of-the-client"}', after: '{"model":"s"}' },
  { name: "another model", before: '{ "model" : "gpt-5.1" }', after: '{ "model" : "gpt-5.1" }' },
  {
    name: "white space, order and other bytes stay",
    before: ' {\n"a" :1.00,  "model"\t: "gpt-5" ,"b":"gpt-5","c":{"model":"gpt-5"},"d":"é\\u00e9\\/"}\r\n',
    after:
      ' {\n"a" :1.00,  "model"\t: "my-deployment/long-name" ,"b":"gpt-5","c":{"model":"gpt-5"},"d":"é\\u00e9\\/"}\r\n',
  },
  {
    name: "an escaped name",
    before: '{"model":"\\u0067pt-5"}',
    after: '{"model":"my-deployment/long-name"}',
  },
  { name: "a new name that has to be escaped", before: '{"model":"quoted"}', after: '{"model":"a\\"b\\\\c"}' },
  {
    name: "at the end of 900 KB",
    before: `{"input":"${MANY}","model":"gpt-5"}`,
    after: `{"input":"${MANY}","model":"my-deployment/long-name"}`,
  },
  {
    name: "at the start of 900 KB",
    before: `{"model":"gpt-5","input":"${MANY}"}`,
    after: `{"model":"my-deployment/long-name","input":"${MANY}"}`,
  },
];

async function ask(
  pool: StartedPool,
  pieces: readonly (string | Buffer)[],
  lines: readonly string[],
): Promise<RawResponse> {
  const client = await scene.client(pool.gateway);
  await client.send(requestText("POST", "/up/v1/chat/completions", [AUTH, ...lines]), ...pieces);
  return client.response("POST");
}

const JSON_LINE = "Content-Type: application/json";
const thirds = (bytes: Buffer): Buffer[] => {
  const size = Math.ceil(bytes.length / 3);
  return [bytes.subarray(0, size), bytes.subarray(size, 2 * size), bytes.subarray(2 * size)];
};

test.each(ROWS.map((row) => [row.name, row] as const))("%s, with a length", async (_name, { before, after }) => {
  const pool = await startPool(scene, { upstreams: [[OK], [OK]], items: [RENAMES] });
  const bytes = Buffer.from(before);
  const response = await ask(pool, [bytes], [JSON_LINE, `Content-Length: ${bytes.length}`]);
  expect(response.status).toBe(200);
  const attempt = await pool.upstream(0).attempt(1);
  expect(attempt.body?.equals(Buffer.from(after))).toBe(true);
  expect(attempt.header("content-length")).toBe(String(Buffer.byteLength(after)));
  expect(attempt.header("transfer-encoding")).toBeUndefined();
});

test.each(ROWS.map((row) => [row.name, row] as const))("%s, in chunks", async (_name, { before, after }) => {
  const pool = await startPool(scene, { upstreams: [[OK], [OK]], items: [RENAMES] });
  const chunks = inChunks(thirds(Buffer.from(before)));
  const response = await ask(pool, chunks, [JSON_LINE, "Transfer-Encoding: chunked"]);
  expect(response.status).toBe(200);
  const attempt = await pool.upstream(0).attempt(1);
  expect(attempt.body?.equals(Buffer.from(after))).toBe(true);
  expect(attempt.header("content-length")).toBeUndefined();
});

test('"*" renames any model', async () => {
  const pool = await startPool(scene, { upstreams: [[OK], [OK]], items: ['rename_models: {gpt-5: x, "*": any}'] });
  for (const model of ["gpt-5", "other"]) {
    const text = JSON.stringify({ model });
    await ask(pool, [text], [`Content-Length: ${text.length}`]);
  }
  const { attempts } = pool.upstream(0);
  expect(attempts.map(({ body }) => body?.toString())).toEqual(['{"model":"x"}', '{"model":"any"}']);
});

test("each attempt has its own upstream's name, also where an upstream is asked twice", async () => {
  const pool = await startPool(scene, {
    upstreams: [[plain(503), OK], [plain(503)], [plain(503)]],
    retry: `${RETRY}, max_attempts: 4`,
    items: ["rename_models: {gpt-5: first-name}", "weight: 1", "rename_models: {gpt-5: c}"],
  });
  const text = '{"model":"gpt-5","input":"x"}';
  expect((await ask(pool, [text], [JSON_LINE, `Content-Length: ${text.length}`])).status).toBe(200);
  const named = (model: string): string => text.replace("gpt-5", model);
  const bodies = [0, 1, 2].map((index) => pool.upstream(index).attempts.map(({ body }) => body?.toString()));
  expect(bodies).toEqual([[named("first-name"), named("first-name")], [text], [named("c")]]);
  for (const index of [0, 1, 2]) {
    for (const attempt of pool.upstream(index).attempts) {
      expect(attempt.header("content-length")).toBe(String(attempt.body?.length));
    }
  }
});

test("a list of one upstream: it is renamed there, too, in each attempt", async () => {
  const pool = await startPool(scene, { upstreams: [[plain(503), OK]], items: [`${RENAMES}, models: ["gpt-*"]`] });
  const text = '{"model":"gpt-5"}';
  expect((await ask(pool, [text], [JSON_LINE, `Content-Length: ${text.length}`])).status).toBe(200);
  const bodies = pool.upstream(0).attempts.map(({ body }) => body?.toString());
  expect(bodies).toEqual(Array(2).fill('{"model":"my-deployment/long-name"}'));
  const other = '{"model":"other"}';
  const refused = await ask(pool, [other], [JSON_LINE, `Content-Length: ${other.length}`]);
  expect([refused.status, refused.text]).toEqual([403, '{"error":"model_not_allowed"}']);
  expect(pool.counts()).toEqual([2]);
});

const FORM = "Content-Type: multipart/form-data; boundary=b";
const MULTIPART = '--b\r\nContent-Disposition: form-data; name="model"\r\n\r\ngpt-5\r\n--b--\r\n';

test.each([
  ["multipart", [FORM], Buffer.from(MULTIPART)],
  ["gzip", [JSON_LINE, "Content-Encoding: gzip"], gzipSync('{"model":"gpt-5"}')],
  ["no JSON", [JSON_LINE], Buffer.from("gpt-5")],
  ["no model", [JSON_LINE], Buffer.from("{}")],
] as const)("%s: 400 model_unreadable", async (_name, lines, bytes) => {
  const pool = await startPool(scene, { upstreams: [[OK], [OK]], items: [RENAMES, RENAMES] });
  const response = await ask(pool, [bytes], [...lines, `Content-Length: ${bytes.length}`]);
  expect([response.status, response.text]).toEqual([400, '{"error":"model_unreadable"}']);
  expect(pool.counts()).toEqual([0, 0]);
});

test("a body of the length that was announced goes on when more than scan_bytes come", async () => {
  const top = ["models: {scan_bytes: 1000}"];
  const pool = await startPool(scene, { upstreams: [[OK], [OK]], items: [RENAMES], top });
  const before = `{"model":"gpt-5","input":"${"x".repeat(50_000)}"}`;
  const response = await ask(pool, thirds(Buffer.from(before)), [JSON_LINE, `Content-Length: ${before.length}`]);
  expect(response.status).toBe(200);
  const attempt = await pool.upstream(0).attempt(1);
  expect(attempt.body?.toString()).toBe(before.replace("gpt-5", "my-deployment/long-name"));
});
