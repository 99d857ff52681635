// With metering on, memory does not grow with a body: 64 MB down and up, coded or not, and bodies that decode to very much more
// (contract, sections 4 and 13).

import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import * as zlib from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { AUTH, configText, TOKEN } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

const MIB = 1024 * 1024;
const TOTAL = 64 * MIB;
const GROWTH_MAX = 40 * MIB;
const PATIENCE_MS = 60_000;
const BLOCK = 256 * 1024;
const ASKED = '{"model":"asked"}';

const USAGE = '"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}';
const SSE = "text/event-stream";
const JSON_TYPE = "application/json";

/** A body that is made block by block: a start, blocks, an end. */
interface Large {
  readonly name: string;
  readonly type: string;
  readonly start: string;
  readonly block: Buffer;
  readonly end: string;
  /** It tells no numbers that are believed. */
  readonly isUnknown?: boolean;
}

const filled = (text: string): Buffer => Buffer.from(text.repeat(Math.ceil(BLOCK / text.length)));
const EVENT = `data: {"model":"m","choices":[{"delta":{"content":"${"word ".repeat(20)}"}}],"usage":null}\n\n`;

const LARGE: readonly Large[] = [
  { name: "a JSON text", type: JSON_TYPE, start: '{"model":"m","text":"', block: filled("x"), end: `",${USAGE}}` },
  {
    name: "an event stream",
    type: SSE,
    start: "",
    block: filled(EVENT),
    end: `data: {"model":"m",${USAGE}}\n\ndata: [DONE]\n\n`,
  },
  {
    name: "an event stream with one very long line",
    type: SSE,
    start: 'data: {"model":"m","text":"',
    block: filled("y"),
    end: `",${USAGE}}\n\n`,
  },
  {
    name: "lines that nest deeply",
    type: "application/x-ndjson",
    start: '{"model":"m","a":',
    block: filled('[{"usage":'),
    end: "1",
    isUnknown: true,
  },
  {
    name: "the same name very often",
    type: JSON_TYPE,
    start: '{"model":"m",',
    block: filled('"usage":{"prompt_tokens":3,"completion_tokens":4,"x":[1,2,3]},'),
    end: `${USAGE}}`,
    isUnknown: true,
  },
];

/** A body with a content coding, made once. */
interface Coded {
  readonly name: string;
  readonly coding: string;
  readonly body: () => Buffer;
  readonly usage: "reported" | "unknown";
}

const zeros = (mib: number): Buffer => Buffer.alloc(mib * MIB, " ");
const QUICK = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5, [zlib.constants.BROTLI_PARAM_LGWIN]: 22 } };
const START = `{"model":"m",${USAGE},"text":"`;
const CODED: readonly Coded[] = [
  {
    name: "48 MB that shrink to less than one",
    coding: "gzip",
    body: () => {
      const lines = Array.from({ length: 48 * 1024 }, () => randomBytes(8).toString("hex") + "x".repeat(1008));
      return zlib.gzipSync(`${START}${lines.join("")}"}`);
    },
    usage: "reported",
  },
  {
    name: "a gigabyte of blanks",
    coding: "gzip",
    body: () => {
      const member = zlib.gzipSync(zeros(64));
      return Buffer.concat([zlib.gzipSync(START), ...Array.from({ length: 16 }, () => member), zlib.gzipSync('"}')]);
    },
    usage: "unknown",
  },
  {
    name: "a quarter of a gigabyte of blanks in few bytes",
    coding: "br",
    body: () => zlib.brotliCompressSync(Buffer.concat([Buffer.from(START), zeros(256), Buffer.from('"}')]), QUICK),
    usage: "unknown",
  },
];

let upstream: Upstream | undefined;
let gateway: BuiltGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  await upstream?.close();
});

/** What the upstream sends next. */
let send: { readonly type: string; readonly coding?: string; readonly parts: () => Iterable<string | Buffer> };
/** How many bytes of a request's body came. */
let uploaded = 0;

async function warmed(dir: string): Promise<{ readonly gateway: BuiltGateway; readonly before: number }> {
  upstream = await startUpstream(
    (req, res) => {
      req.on("data", (bytes: Buffer) => {
        uploaded += bytes.length;
      });
      req.on("end", async () => {
        if (req.url?.startsWith("/warm")) return res.end(`{${USAGE}}`);
        res.writeHead(200, { "content-type": send.type, ...(send.coding && { "content-encoding": send.coding }) });
        for (const part of send.parts()) if (!res.write(part)) await once(res, "drain");
        return res.end();
      });
    },
    { body: "leave" },
  );
  gateway = await startBuiltGateway(
    configText({ base: upstream.url, top: [`usage: {enabled: true, ledger: {dir: ${dir}}}`] }),
  );
  for (let i = 0; i < 50; i++) {
    const warm = requestText("POST", "/up/warm", [AUTH, `Content-Length: ${ASKED.length}`], ASKED);
    expect((await exchange(gateway.port, warm)).status).toBe(200);
  }
  return { gateway, before: gateway.memory() };
}

/** Sends a request, and returns the hash of the response's body. */
async function hashed(port: number, body: () => Iterable<string | Buffer>): Promise<string> {
  const headers = { authorization: `Bearer ${TOKEN}`, "accept-encoding": "gzip, br" };
  const req = request({ port, host: "127.0.0.1", path: "/up/x", method: "POST", headers });
  const answered = once(req, "response");
  for (const part of body()) if (!req.write(part)) await once(req, "drain");
  req.end();
  const [res] = await answered;
  const hash = createHash("sha256");
  for await (const bytes of res) hash.update(bytes);
  return hash.digest("hex");
}

function hashOf(parts: Iterable<string | Buffer>): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** Checks that memory has grown little, and that Node has reported no warning and no exception. */
function expectSmallGrowth({ output, peak }: BuiltGateway, before: number) {
  expect((peak() - before) / MIB).toBeLessThan(GROWTH_MAX / MIB);
  expect(output.err).not.toContain("(node:");
  expect(output.err).not.toMatch(/^\s+at /m);
}

async function lastLine(running: BuiltGateway, dir: string) {
  await running.close();
  return ledgerLines(dir).at(-1);
}

describe("a response of 64 MB", () => {
  test.each(LARGE)("$name", { timeout: 2 * PATIENCE_MS }, async ({ type, start, block, end, isUnknown }) => {
    const dir = ledgerFolder();
    const { gateway: running, before } = await warmed(dir);
    function* parts() {
      yield start;
      for (let sent = 0; sent < TOTAL; sent += block.length) yield block;
      yield end;
    }
    send = { type, parts };
    const got = await within(
      "64 MB down",
      hashed(running.port, () => [ASKED]),
      PATIENCE_MS,
    );
    expect(got).toBe(hashOf(parts()));
    expectSmallGrowth(running, before);
    expect(await lastLine(running, dir)).toMatchObject(
      isUnknown ? { usage: "unknown" } : { usage: "reported", model: "m", input_tokens: 3, output_tokens: 4 },
    );
  });
});

describe("a response with a content coding", () => {
  test.each(CODED)("$coding: $name", { timeout: 2 * PATIENCE_MS }, async ({ coding, body, usage }) => {
    const coded = body();
    const dir = ledgerFolder();
    const { gateway: running, before } = await warmed(dir);
    send = { type: JSON_TYPE, coding, parts: () => [coded] };
    const got = await within(
      "a coded body",
      hashed(running.port, () => [ASKED]),
      PATIENCE_MS,
    );
    expect(got).toBe(hashOf([coded]));
    expectSmallGrowth(running, before);
    expect(await lastLine(running, dir)).toMatchObject({ usage, status: 200, outcome: "success" });
  });
});

test("a request of 64 MB", { timeout: 2 * PATIENCE_MS }, async () => {
  const dir = ledgerFolder();
  const { gateway: running, before } = await warmed(dir);
  send = { type: JSON_TYPE, parts: () => [`{${USAGE}}`] };
  uploaded = 0;
  function* body() {
    yield '{"text":"';
    for (let sent = 0; sent < TOTAL; sent += BLOCK) yield filled("z");
    yield '","model":"late"}';
  }
  await within("64 MB up", hashed(running.port, body), PATIENCE_MS);
  expect(uploaded).toBeGreaterThan(TOTAL);
  expectSmallGrowth(running, before);
  expect(await lastLine(running, dir)).toMatchObject({ usage: "reported", input_tokens: 3, output_tokens: 4 });
});
