// Tests that the mock survives whatever a client sends or does not send, and that no request leaves anything behind.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MAX_BODY_BYTES } from "../../src/mock/read-body.ts";
import { type Mock, startMock } from "../../src/mock/start.ts";
import { post } from "./client.ts";

let mock: Mock;
beforeEach(async () => {
  mock = await startMock({ paceMs: 0 });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await mock.close();
  expect(mock.stats).toMatchObject({ openRequests: 0, openStreams: 0 });
});

const chat = { model: "m", messages: [{ role: "user", content: "hi" }] };

/** Counts the pauses of a length that nothing else here uses. @returns how many began, and how many were not cancelled */
function pausesOf(ms: number) {
  const set = vi.spyOn(globalThis, "setTimeout");
  const clear = vi.spyOn(globalThis, "clearTimeout");
  const begun = () => set.mock.results.filter((_, i) => set.mock.calls[i]?.[1] === ms).map(({ value }) => value);
  const cleared = () => new Set<unknown>(clear.mock.calls.map(([timer]) => timer));
  return () => ({ begun: begun().length, left: begun().filter((timer) => !cleared().has(timer)).length });
}

async function dial(): Promise<Socket> {
  const socket = connect(mock.port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

function streamRequest(header: string): string {
  const body = JSON.stringify({ ...chat, stream: true });
  const head = ["POST /v1/chat/completions HTTP/1.1", "host: m", header, `content-length: ${body.length}`];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

async function stillAnswers(): Promise<void> {
  expect((await post(`${mock.url}/v1/chat/completions`, chat)).status).toBe(200);
}

describe("a client that leaves", () => {
  it("in the middle of a stream ends the stream and its timer at once", async () => {
    const pauses = pausesOf(59_999);
    const socket = await dial();
    socket.write(streamRequest("x-mock-pace-ms: 59999"));
    await once(socket, "data");
    expect(mock.stats).toMatchObject({ openStreams: 1, abortedStreams: 0 });
    expect(pauses()).toEqual({ begun: 1, left: 1 });
    socket.destroy();
    await mock.until(({ openRequests }) => openRequests === 0);
    expect(mock.stats).toMatchObject({ openStreams: 0, abortedStreams: 1, abortedRequests: 1 });
    expect(pauses()).toEqual({ begun: 1, left: 0 });
  });

  it("before the response headers ends the wait", async () => {
    const pauses = pausesOf(599_999);
    const socket = await dial();
    socket.write("GET /v1/models HTTP/1.1\r\nhost: m\r\nx-mock-delay-ms: 599999\r\n\r\n");
    await vi.waitFor(() => expect(pauses()).toEqual({ begun: 1, left: 1 }));
    socket.destroy();
    await mock.until(({ openRequests }) => openRequests === 0);
    expect(mock.stats).toMatchObject({ abortedRequests: 1, abortedStreams: 0 });
    expect(pauses()).toEqual({ begun: 1, left: 0 });
  });

  it("in the middle of an upload leaves nothing behind", async () => {
    const socket = await dial();
    socket.write("POST /v1/files HTTP/1.1\r\nhost: m\r\ncontent-length: 1000\r\n\r\nabc");
    await mock.until(({ openRequests }) => openRequests === 1);
    socket.destroy();
    await mock.until(({ abortedRequests }) => abortedRequests === 1);
    await stillAnswers();
  });

  it("or stops reading pauses the stream, and leaving ends it", async () => {
    const socket = await dial();
    socket.pause();
    socket.write(streamRequest("x-mock-events: 100000"));
    await mock.until(({ openStreams }) => openStreams === 1);
    await stillAnswers();
    expect(mock.stats.openStreams).toBe(1);
    socket.destroy();
    await mock.until(({ abortedStreams }) => abortedStreams === 1);
  });
});

describe("a stream that is cut", () => {
  it.each([0, 1, 5])("after %i events is broken, never ended", async (count) => {
    const headers = { "x-mock-cut-after": String(count) };
    const res = await post(`${mock.url}/v1/chat/completions`, { ...chat, stream: true }, headers);
    const read: string[] = [];
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of res.body ?? []) read.push(decoder.decode(chunk, { stream: true }));
    })();
    await expect(reading).rejects.toThrow();
    expect(read.join("").split("\n\n")).toHaveLength(count + 1);
    expect(mock.stats.abortedStreams).toBe(1);
  });
});

describe("a body", () => {
  it("that is too large is refused, and the connection stays usable", async () => {
    const socket = await dial();
    const size = MAX_BODY_BYTES + 1;
    socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: m\r\ncontent-length: ${size}\r\n\r\n`);
    socket.write(Buffer.alloc(size, "x"));
    socket.write("GET /v1/models/mock-1 HTTP/1.1\r\nhost: m\r\nconnection: close\r\n\r\n");
    const answers = await text(socket);
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 413", "HTTP/1.1 200"]);
  });

  it("without an end gets its connection broken", async () => {
    const socket = await dial();
    socket.write("POST /v1/chat/completions HTTP/1.1\r\nhost: m\r\ntransfer-encoding: chunked\r\n\r\n");
    const mebibyte = Buffer.concat([Buffer.from("100000\r\n"), Buffer.alloc(2 ** 20), Buffer.from("\r\n")]);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    let sent = 0;
    const pump = () => {
      while (!socket.destroyed && sent < 4 * MAX_BODY_BYTES) {
        sent += 2 ** 20;
        if (!socket.write(mebibyte)) break;
      }
    };
    socket.on("drain", pump);
    pump();
    socket.resume();
    await closed;
    expect(sent).toBeLessThan(4 * MAX_BODY_BYTES);
    await stillAnswers();
  });

  it.each([
    [
      "with values of wrong types",
      { model: {}, messages: [{ role: "user", content: [{ text: {} }, null] }], stream: "yes" },
    ],
    ["with null and numbers instead", { model: null, messages: 7, max_tokens: -1, stream_options: [] }],
    ["with a proto", '{"__proto__":{"stream":true},"model":"m","messages":[]}'],
  ])("%s is answered", async (_name, body) => {
    const res = await post(`${mock.url}/v1/chat/completions`, body);
    expect(res.status).toBe(200);
    expect(await res.json()).toHaveProperty("choices");
  });

  it("with any JSON, at any path, is answered and never with a 500", async () => {
    const paths = ["chat/completions", "responses", "embeddings", "messages", "messages/count_tokens"];
    const anything = fc.option(fc.jsonValue(), { nil: undefined });
    const body = fc.record({
      model: anything,
      messages: anything,
      input: anything,
      max_tokens: anything,
      system: anything,
      stream: fc.boolean(),
      dimensions: anything,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), body, async (path, given) => {
        const res = await post(`${mock.url}/v1/${path}`, given);
        expect([200, 400]).toContain(res.status);
        await res.text();
      }),
      { numRuns: 150 },
    );
  });
});

it.each([
  ["no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n"],
  ["a bad chunk", "POST /v1/files HTTP/1.1\r\nhost: m\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"],
  ["two lengths", "POST /v1/files HTTP/1.1\r\nhost: m\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"],
  ["a large head", `GET / HTTP/1.1\r\nhost: m\r\nx: ${"y".repeat(70_000)}\r\n\r\n`],
  ["CONNECT", "CONNECT a:1 HTTP/1.1\r\nhost: m\r\n\r\n"],
  ["a target that is no path", "GET http://[ HTTP/1.1\r\nhost: m\r\nconnection: close\r\n\r\n"],
])("survives %s", async (_name, bytes) => {
  const socket = await dial();
  const answer = text(socket);
  socket.write(bytes);
  expect(await answer).not.toMatch(/^HTTP\/1\.1 2/);
  await stillAnswers();
});

describe("start and close", () => {
  it("a port in use is an error", async () => {
    await expect(startMock({ port: mock.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("close breaks running streams and frees the port", async () => {
    const other = await startMock({ paceMs: 60_000 });
    const res = await post(`${other.url}/v1/chat/completions`, { ...chat, stream: true });
    await other.close();
    await expect(res.text()).rejects.toThrow();
    const again = await startMock({ port: other.port });
    await again.close();
  });

  it("an error in onRequest breaks that request, not the mock", async () => {
    let fail = true;
    const other = await startMock({
      onRequest: () => {
        if (fail) throw new Error("fails on purpose");
      },
    });
    await expect(fetch(other.url)).rejects.toThrow();
    fail = false;
    expect((await fetch(other.url)).status).toBe(200);
    await other.close();
  });
});
