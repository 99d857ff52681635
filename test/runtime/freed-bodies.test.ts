// Large bodies arrive byte by byte as they were while their memory is freed: in both directions, in all framings, with TLS, slow sides,
// and bodies that are kept, changed or read along. Each case runs twice: the memory is freed, and it is overwritten in place of that, so
// that a byte which somebody still reads would be seen.

import { createHash, type Hash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type * as FreeBytes from "../../src/runtime/body/free-bytes.ts";
import { makePair, type TestPair } from "../support/certificates.ts";
import { AUTH, TOKEN } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { ledgerFolder } from "../support/ledger-folder.ts";
import { listen } from "../support/listen.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import { inboundTls } from "../support/tls-files.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
/** Above this, memory is freed. */
const MIN_BYTES = 16 * KIB;

const freed = vi.hoisted(() => ({ overwrites: false, bytes: 0 }));
vi.mock("../../src/runtime/body/free-bytes.ts", async (original: () => Promise<typeof FreeBytes>) => {
  const { freeBytes } = await original();
  return {
    freeBytes(bytes: Buffer): void {
      const { length } = bytes;
      const isWhole = length >= MIN_BYTES && length === bytes.buffer.byteLength;
      if (isWhole) freed.bytes += length;
      if (!freed.overwrites) freeBytes(bytes);
      else if (isWhole) bytes.fill("!");
    },
  };
});

const scene = setScene();
let folder = "";
let pair: TestPair;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "freed-bodies-"));
  pair = await makePair();
  await writeFile(join(folder, "ca.pem"), pair.cert);
});
afterAll(() => rm(folder, { recursive: true }));

/** Bytes of which no two blocks are the same. @param start of a JSON text */
function bodyOf(size: number, start = ""): Buffer {
  const body = Buffer.alloc(size);
  for (let at = 0; at < size; at += 8) body.write((at / 8).toString(36).padStart(8, "."), at, "latin1");
  body.write(start, 0, "latin1");
  if (start !== "") body.write('"}', size - 2, "latin1");
  return body;
}

type Framing = "length" | "chunked" | "close";

interface Case {
  readonly name: string;
  readonly up?: Framing;
  readonly down?: Framing;
  readonly upTls?: boolean;
  readonly downTls?: boolean;
  /** Client and upstream pause again and again. */
  readonly slow?: boolean;
  readonly size?: number;
  readonly lines?: readonly string[];
  /** The upstream gets another model's name. */
  readonly renames?: boolean;
  readonly top?: () => readonly string[];
  /**
   * How often as many bytes are freed as a body has, at least. Default: those of the request, those of the response, and the reads out of
   * which Node copied the response, but for small parts.
   */
  readonly frees?: number;
}

const metered = (): readonly string[] => [`usage: {enabled: true, ledger: {dir: ${ledgerFolder()}}}`];

const CASES: readonly Case[] = [
  { name: "lengths" },
  { name: "chunks", up: "chunked", down: "chunked", frees: 2.1 },
  { name: "a response that ends with its connection", down: "close", frees: 1.5 },
  { name: "lengths, slow sides", slow: true },
  { name: "chunks, slow sides", up: "chunked", down: "chunked", slow: true, frees: 2.1 },
  { name: "TLS upstream", upTls: true, slow: true },
  { name: "TLS upstream, chunks", upTls: true, up: "chunked", down: "chunked", slow: true, frees: 2.1 },
  { name: "TLS downstream", downTls: true, slow: true },
  { name: "TLS downstream, chunks", downTls: true, up: "chunked", down: "chunked", slow: true, frees: 2.1 },
  { name: "TLS on both sides", upTls: true, downTls: true, slow: true },
  { name: "too large to be kept", lines: ["retry: {max_body_bytes: 1048576}"], frees: 2.2 },
  { name: "kept", lines: ["retry: {max_body_bytes: 16777216}"], slow: true, frees: 1.5 },
  { name: "a renamed model", renames: true, slow: true, frees: 1.5 },
  { name: "read along", top: metered, slow: true, frees: 0 },
  { name: "read along, in chunks", top: metered, up: "chunked", down: "chunked", slow: true, frees: 0 },
  { name: "just large enough to be freed", size: MIN_BYTES, frees: 0 },
  { name: "one byte more", size: MIN_BYTES + 1, frees: 0 },
];

/** Reads a body to its end. */
async function hashOf(
  source: IncomingMessage,
  slow: boolean,
  edit = (bytes: Buffer): Buffer => bytes,
): Promise<string> {
  const hash: Hash = createHash("sha256");
  let left = MIB;
  let isFirst = true;
  source.on("data", (bytes: Buffer) => {
    hash.update(isFirst ? edit(bytes) : bytes);
    isFirst = false;
    left -= bytes.length;
    if (!slow || left > 0) return;
    left = MIB;
    source.pause();
    setTimeout(() => source.resume(), 3);
  });
  await once(source, "end");
  return hash.digest("hex");
}

async function send(out: NodeJS.WritableStream, body: Buffer): Promise<void> {
  const sizes = [100, 70_000, 20_000, 300_000, 16_384];
  for (let at = 0, i = 0; at < body.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    if (!out.write(body.subarray(at, at + size))) await once(out, "drain");
    at += size;
  }
  out.end();
}

const sha = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
const sizeOf = (framing: Framing, size: number) => (framing === "length" ? { "content-length": size } : {});

/** Sends a body to the upstream, which answers with another one. */
async function transfer(given: Case, number: number) {
  const { up = "length", down = "length", upTls = false, downTls = false, slow = false, size = 3 * MIB } = given;
  const request = bodyOf(size, '{"model":"asked","text":"');
  const response = bodyOf(size + number);
  let arrived = "";
  const handler = async (req: IncomingMessage, res: ServerResponse) => {
    const back = (bytes: Buffer) => Buffer.from(bytes.toString("latin1").replace('"other"', '"asked"'), "latin1");
    arrived = await hashOf(req, slow, back);
    if (down === "close") res.removeHeader("transfer-encoding");
    res.writeHead(200, { ...sizeOf(down, response.length), ...(down === "close" && { connection: "close" }) });
    if (down === "close") res.chunkedEncoding = false;
    await send(res, response);
  };
  const port = await listen(
    upTls ? https.createServer({ cert: pair.cert, key: pair.key }, handler) : http.createServer(handler),
  );
  const tls = upTls ? [`tls: {ca_path: ${join(folder, "ca.pem")}}`] : [];
  const base = `${upTls ? "https" : "http"}://127.0.0.1:${port}`;
  const member = `{id: a, base_url: "${base}", rename_models: {asked: other}}`;
  const gateway = await scene.gateway({
    base,
    more: given.renames ? ["    upstreams:", `      - ${member}`] : [],
    upstream: [...(given.lines ?? []), ...tls],
    top: [...(given.top?.() ?? []), ...(downTls ? [await inboundTls()] : [])],
  });
  freed.bytes = 0;
  const ask = async () => {
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      "content-type": "application/json",
      ...sizeOf(up, request.length),
    };
    const options = {
      port: gateway.port,
      host: "127.0.0.1",
      path: "/up/x",
      method: "POST",
      headers,
      agent: false as const,
    };
    const req = downTls ? https.request({ ...options, rejectUnauthorized: false }) : http.request(options);
    const answered = once(req, "response") as Promise<[IncomingMessage]>;
    const sent = send(req, request);
    const [res] = await answered;
    expect(res.statusCode).toBe(200);
    const got = await hashOf(res, slow);
    await sent;
    return got;
  };
  return { ask, request: sha(request), response: sha(response), arrived: () => arrived, size };
}

describe.each([
  ["freed", false],
  ["overwritten", true],
])("memory that is %s", (_way, overwrites) => {
  test.each(CASES)("$name", { timeout: 30_000 }, async (given) => {
    freed.overwrites = overwrites;
    const { ask, request, response, arrived, size } = await transfer(given, 1);
    expect(await within("the response", ask(), 15_000)).toBe(response);
    expect(arrived()).toBe(request);
    expect(freed.bytes / size).toBeGreaterThanOrEqual(given.frees ?? 2.5);
  });

  test("two at once", { timeout: 30_000 }, async () => {
    freed.overwrites = overwrites;
    const { ask, response } = await transfer({ name: "two", slow: true }, 3);
    expect(await within("both", Promise.all([ask(), ask()]), 15_000)).toEqual([response, response]);
  });

  test.each([100 * KIB, 3 * MIB])("%i bytes on a connection that turns out stale", async (size) => {
    freed.overwrites = overwrites;
    const body = bodyOf(size);
    let first = true;
    const upstream = await scene.upstream(
      (req, res) => {
        const isStale = !first && req.url === "/stale" && upstream.connections === 1;
        first = false;
        if (isStale) return void req.socket.destroy();
        void hashOf(req, false).then((hash) => res.end(hash));
      },
      { body: "leave" },
    );
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    await client.send(requestText("POST", "/up/x", [AUTH, "Content-Length: 0"]));
    expect((await client.response("POST")).status).toBe(200);
    await client.send(requestText("POST", "/up/stale", [AUTH, `Content-Length: ${size}`]), body);
    const { status, text } = await client.response("POST");
    expect([sha(body), '{"error":"upstream_request_failed"}']).toContain(text);
    // What is kept for that has a bound.
    if (size < MIB) expect({ status, connections: upstream.connections }).toEqual({ status: 200, connections: 2 });
  });

  test("one read holds the end of a response and the head of another one", async () => {
    freed.overwrites = overwrites;
    const body = bodyOf(400 * KIB);
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
    const upstream = await scene.rawUpstream(async (connection) => {
      for (;;) {
        await connection.request();
        await connection.send(head, Buffer.concat([body, Buffer.from(head), body.subarray(0, 70_000)]));
      }
    });
    const gateway = await scene.gateway({ base: upstream.url });
    for (let i = 1; i <= 3; i++) {
      const client = await scene.client(gateway);
      await client.send(requestText("GET", "/up/x", [AUTH]));
      const response = await client.response();
      expect(response).toMatchObject({ status: 200, whole: true });
      expect(sha(response.body)).toBe(sha(body));
      expect(upstream.connections).toBe(i);
    }
  });

  test("a client leaves in the middle, and the next one is served", async () => {
    freed.overwrites = overwrites;
    const body = bodyOf(8 * MIB);
    const upstream = await scene.upstream((_req, res) => {
      res.writeHead(200, { "content-length": body.length });
      res.end(body);
    });
    const gateway = await scene.gateway({ base: upstream.url });
    for (let i = 0; i < 3; i++) {
      const client = await scene.client(gateway);
      await client.send(requestText("GET", `/up/${i}`, [AUTH]));
      await client.until("a part", () => client.total > MIB || undefined);
      client.reset();
      expect((await gateway.completed((line) => line["path"] === `/up/${i}`))["outcome"]).toBe("client_closed");
    }
    const whole = await scene.client(gateway);
    await whole.send(requestText("GET", "/up/whole", [AUTH]));
    await whole.until("all of it", () => whole.total > body.length || undefined);
    expect(sha(whole.bytes.subarray(-body.length))).toBe(sha(body));
  });
});
