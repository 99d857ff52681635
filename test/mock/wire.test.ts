// Tests the unusual ways of sending an answer: content codings, pieces of events, lines that end with CR, cuts; and the books of cuts.

import { request } from "node:http";
import { connect } from "node:net";
import {
  brotliDecompressSync,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  gunzipSync,
  inflateSync,
} from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { codingFor } from "../../src/mock/coding.ts";
import { type Mock, startMock } from "../../src/mock/start.ts";
import { told } from "../../src/mock/usage/bill.ts";
import { framesOf, post } from "./client.ts";

let mock: Mock;
beforeAll(async () => {
  mock = await startMock({ paceMs: 0 });
});
afterAll(() => mock.close());
beforeEach(() => mock.books.reset());

const messages = [{ role: "user", content: "hi there" }];
const CHAT = { model: "m", messages };
const STREAM = { ...CHAT, stream: true, stream_options: { include_usage: true } };

interface Raw {
  readonly headers: Readonly<Record<string, unknown>>;
  /** The parts of the body, as they arrived. */
  readonly parts: readonly Buffer[];
  readonly body: Buffer;
  /** Whether the body came to its end. */
  readonly whole: boolean;
}

/** Asks without decoding. @param onPart is given the bytes so far after each part; the connection is broken when it returns true */
function raw(body: object, headers: Record<string, string>, onPart = (_sofar: Buffer) => false): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const req = request(`${mock.url}/v1/chat/completions`, { method: "POST", headers });
    req.on("error", reject);
    req.on("response", (res) => {
      const parts: Buffer[] = [];
      res.on("data", (part: Buffer) => {
        parts.push(part);
        if (onPart(Buffer.concat(parts))) req.destroy();
      });
      res.on("error", () => {});
      res.on("close", () => {
        resolve({ headers: res.headers, parts, body: Buffer.concat(parts), whole: res.complete });
      });
    });
    req.end(JSON.stringify(body));
  });
}

const CODINGS = [
  ["gzip", gunzipSync, createGunzip],
  ["deflate", inflateSync, createInflate],
  ["br", brotliDecompressSync, createBrotliDecompress],
] as const;

describe.each(CODINGS)("%s", (coding, decodeSync, createDecoder) => {
  const headers = { "x-mock-coding": coding, "accept-encoding": "gzip, deflate, br" };

  it("codes JSON", async () => {
    const plain = await raw(CHAT, {});
    const coded = await raw(CHAT, headers);
    expect(coded.headers["content-encoding"]).toBe(coding);
    const same = (body: Buffer) => ({ ...JSON.parse(body.toString()), id: "", created: 0 });
    expect(same(decodeSync(coded.body))).toEqual(same(plain.body));
  });

  it("codes a stream, and all of an event can be decoded before the next one is sent", async () => {
    const pace = await startMock({ paceMs: 600_000 });
    const decoder = createDecoder();
    const decoded = new Promise<string>((resolve) => decoder.once("data", (text: Buffer) => resolve(text.toString())));
    const req = request(`${pace.url}/v1/chat/completions`, { method: "POST", headers });
    req.on("error", () => {});
    req.on("response", (res) => {
      res.on("error", () => {});
      res.on("data", (bytes: Buffer) => decoder.write(bytes));
    });
    req.end(JSON.stringify(STREAM));
    expect(framesOf(await decoded)).toHaveLength(1);
    req.destroy();
    decoder.destroy();
    await pace.close();

    const whole = await raw(STREAM, headers);
    expect(framesOf(decodeSync(whole.body).toString()).at(-1)?.data).toBe("[DONE]");
  });

  it("a cut leaves what was sent", async () => {
    const cut = await raw(STREAM, { ...headers, "x-mock-cut-after": "3" });
    expect(cut.whole).toBe(false);
    const text = await new Promise<string>((resolve) => {
      const decoder = createDecoder();
      let got = "";
      decoder.on("data", (bytes: Buffer) => {
        got += bytes.toString();
        if (got.split("\n\n").length > 3) resolve(got);
      });
      decoder.write(cut.body);
    });
    expect(framesOf(text)).toHaveLength(3);
  });
});

it.each([
  ["gzip", undefined, undefined],
  [undefined, "gzip", undefined],
  ["gzip", "br, GZIP", "gzip"],
  ["gzip", "gzip;q=0.5", "gzip"],
  ["gzip", "gzip;q=0", undefined],
  ["gzip", "gzip; q=0.00, br", undefined],
  ["br", "gzip", undefined],
  ["gzip", "identity", undefined],
] as const)("asked for %j, a client that accepts %j gets %j", (asked, accepts, coding) => {
  expect(codingFor(asked, accepts)).toBe(coding);
});

it("nothing is coded unasked", async () => {
  const { headers } = await raw(CHAT, { "accept-encoding": "gzip" });
  expect(headers["content-encoding"]).toBe(undefined);
});

it("lines can end with CR alone, and nothing else changes", async () => {
  const { body } = await raw(STREAM, { "x-mock-cr-lines": "1" });
  expect(body.includes("\n")).toBe(false);
  expect(framesOf(body.toString().replaceAll("\r", "\n")).at(-1)?.data).toBe("[DONE]");
  const json = await raw({ ...CHAT, stream: false }, { "x-mock-cr-lines": "1" });
  expect(JSON.parse(json.body.toString())).toMatchObject({ object: "chat.completion" });
  const lines = await (await post(`${mock.url}/api/chat`, CHAT, { "x-mock-cr-lines": "1" })).text();
  expect(lines.trimEnd().split("\n").length).toBeGreaterThan(10);
});

it("events arrive in pieces", async () => {
  const whole = await raw(STREAM, {});
  const { parts, body } = await raw(STREAM, { "x-mock-split": "7" });
  expect(Math.max(...parts.map(({ length }) => length))).toBe(7);
  const texts = (bytes: Buffer) =>
    framesOf(bytes.toString()).map(({ data }) => data.replace(/mock[0-9a-f]+|\d{10}/g, ""));
  expect(texts(body)).toEqual(texts(whole.body));
});

it("pieces leave in packets of their own", async () => {
  const reads = await new Promise<number>((resolve, reject) => {
    const socket = connect(mock.port, "127.0.0.1");
    let count = 0;
    socket.on("error", reject);
    socket.on("data", () => {
      count += 1;
    });
    socket.on("close", () => resolve(count));
    const body = JSON.stringify(STREAM);
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-mock-events: 1\r\nx-mock-split: 4\r\n` +
        `content-length: ${body.length}\r\n\r\n${body}`,
    );
  });
  // Some 250 pieces. A busy reader may find several at once, but an event is never whole.
  expect(reads).toBeGreaterThan(25);
});

describe("the books of an answer that broke off", () => {
  const KNOBS = { "x-mock-events": "5", "x-mock-reasoning": "7", "x-request-id": "r" };
  const entry = { requestId: "r", model: "m", key: null };
  const billed = { input: 2, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, output: 12, reasoning: 7 };
  const settled = () => mock.until(({ openRequests }) => openRequests === 0);

  it.each([
    ["before usage", "none", 3, "none", null],
    ["with usage on its way", "continuous", 3, "part", { input: 2, cacheRead: 0, output: 9, reasoning: 7 }],
    ["after the last usage", "continuous", 6, "all", { input: 2, cacheRead: 0, output: 12, reasoning: 7 }],
  ] as const)("%s", async (_name, quirks, cutAfter, how, tells) => {
    await raw(STREAM, { ...KNOBS, "x-mock-usage": quirks, "x-mock-cut-after": String(cutAfter) });
    await settled();
    expect(mock.books.entries).toEqual([{ ...entry, billed, told: how, tells: tells && told(tells), state: "cut" }]);
  });

  it("Anthropic's message_start tells a part", async () => {
    const res = await post(
      `${mock.url}/v1/messages`,
      { ...STREAM, max_tokens: 9 },
      { ...KNOBS, "x-mock-cut-after": "4" },
    );
    await res.text().catch(() => "");
    await settled();
    const tells = told({ input: 2, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, output: 1 });
    expect(mock.books.entries).toEqual([{ ...entry, billed, told: "part", tells, state: "cut" }]);
  });

  it.each([
    ["", {}],
    ["in pieces", { "x-mock-split": "5" }],
    ["coded", { "x-mock-coding": "gzip", "accept-encoding": "gzip" }],
  ])("a client that leaves %s is billed in full", async (_name, headers) => {
    const pace = { ...KNOBS, "x-mock-events": "100000", ...headers };
    const { whole } = await raw(STREAM, pace as Record<string, string>, (soFar) => soFar.length > 100);
    expect(whole).toBe(false);
    await settled();
    expect(mock.books.entries).toMatchObject([
      { billed: { output: 100_007 }, told: "none", tells: null, state: "cut" },
    ]);
  });

  it("so is a client that leaves before the head", async () => {
    const req = request(`${mock.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "x-mock-delay-ms": "600000" },
    });
    req.on("error", () => {});
    req.end(JSON.stringify(CHAT));
    const opened = () => mock.books.entries.length === 1;
    while (!opened()) await new Promise(setImmediate);
    expect(mock.books.entries).toMatchObject([{ state: "open" }]);
    req.destroy();
    await settled();
    expect(mock.books.entries).toMatchObject([{ told: "none", state: "cut" }]);
  });
});
