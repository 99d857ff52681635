// Checks that memory is freed only where nobody else can see it, on the running Node, and that a connection is as it was after a response
// whose reads were freed.

import http, { type IncomingMessage } from "node:http";
import { createServer, type Socket } from "node:net";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { BodyPump } from "../../src/runtime/body/body-pump.ts";
import { freeBytes } from "../../src/runtime/body/free-bytes.ts";
import { freeReads } from "../../src/runtime/upstream/connections/free-reads.ts";
import { until, within } from "../support/deadline.ts";
import { listen } from "../support/listen.ts";

const KIB = 1024;

test("a buffer that has all of its memory is freed, as often as there is one", () => {
  for (const size of [16 * KIB, 64 * KIB, 1024 * KIB]) {
    for (const bytes of [Buffer.alloc(size, "x"), Buffer.allocUnsafe(size), Buffer.concat([Buffer.alloc(size)])]) {
      const { buffer } = bytes;
      freeBytes(bytes);
      expect([bytes.length, buffer.byteLength]).toEqual([0, 0]);
      // It is empty now, and nothing happens.
      freeBytes(bytes);
    }
  }
});

test("the memory is given back at once", () => {
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 64; i++) freeBytes(Buffer.alloc(4 * KIB * KIB, "x"));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * KIB * KIB);
});

test("parts of a buffer are left as they are, and so is the whole", () => {
  const whole = Buffer.alloc(64 * KIB, "x");
  for (const part of [whole.subarray(1), whole.subarray(0, -1), whole.subarray(20 * KIB, 40 * KIB)]) {
    freeBytes(part);
    expect(part.equals(Buffer.alloc(part.length, "x"))).toBe(true);
  }
  expect(whole.equals(Buffer.alloc(64 * KIB, "x"))).toBe(true);
});

test("what lies in Node's pool is left as it is, with its neighbours", () => {
  const texts = Array.from({ length: 200 }, (_, i) => `text ${i} `.repeat(50));
  const pooled = texts.map((text) => Buffer.from(text));
  expect(pooled.some(({ buffer, length }) => buffer.byteLength > length)).toBe(true);
  for (const bytes of pooled) freeBytes(bytes);
  expect(pooled.map(String)).toEqual(texts);
  expect(Buffer.from("new").toString()).toBe("new");
});

test("little memory and none is left as it is", () => {
  for (const size of [0, 1, 16 * KIB - 1]) {
    const bytes = Buffer.alloc(size, "x");
    freeBytes(bytes);
    expect(bytes.length).toBe(size);
  }
});

test("a pump knows the memory of what it has not moved yet", async () => {
  const source = Object.assign(new PassThrough(), { complete: false });
  const moved: string[] = [];
  const pump = new BodyPump(source as unknown as IncomingMessage, (body) => moved.push(body.toString()) > 0);
  await new Promise(setImmediate);
  const memory = Buffer.alloc(20 * KIB, "x");
  source.push(memory.subarray(3, 5));
  expect(pump.isInUse(memory.buffer)).toBe(true);
  await new Promise(setImmediate);
  expect(pump.isInUse(memory.buffer)).toBe(false);
  const raw = Buffer.concat([Buffer.from("5000\r\n"), Buffer.alloc(20 * KIB, "x"), Buffer.from("\r\n")]);
  pump.take({ raw: raw.subarray(0), bytes: 20 * KIB });
  expect(pump.isInUse(raw.buffer)).toBe(true);
  pump.stop();
  expect(pump.isInUse(raw.buffer)).toBe(false);
});

test("a pump frees the parts that it joined, and nothing else", async () => {
  const source = Object.assign(new PassThrough(), { complete: false });
  const moved: Buffer[] = [];
  new BodyPump(source as unknown as IncomingMessage, (body) => moved.push(body) > 0);
  await new Promise(setImmediate);
  const [first, second, third] = ["x", "y", "z"].map((text) => Buffer.alloc(20 * KIB, text)) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  source.push(first);
  source.push(second);
  await new Promise(setImmediate);
  source.push(third);
  await new Promise(setImmediate);
  expect([first, second, third].map(({ length }) => length)).toEqual([0, 0, 20 * KIB]);
  expect(Buffer.concat(moved).toString()).toBe(["x", "y", "z"].map((text) => text.repeat(20 * KIB)).join(""));
});

const BODY = Buffer.alloc(2 * KIB * KIB, "0123456789");

interface Read {
  readonly response: IncomingMessage;
  readonly socket: Socket;
  /** How long each read is after it may have been freed. */
  readonly lengths: number[];
  readonly body: Buffer[];
  /** The connection's listeners before `freeReads`. */
  readonly before: number;
}

/** Requests a large body whose reads are freed unless they are in use. */
async function read(isInUse: boolean, stopsAt = Number.POSITIVE_INFINITY): Promise<Read> {
  const server = createServer((socket) => {
    socket.once("data", () => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${BODY.length}\r\n\r\n`);
      socket.write(stopsAt < BODY.length ? BODY.subarray(0, stopsAt) : BODY);
    });
  });
  const port = await listen(server);
  const agent = new http.Agent({ keepAlive: true });
  const started = new Promise<Read>((resolve) => {
    http.get({ port, host: "127.0.0.1", agent }, (response) => {
      const { socket } = response;
      const before = socket.listenerCount("data");
      const lengths: number[] = [];
      const body: Buffer[] = [];
      freeReads(response, () => isInUse);
      socket.on("data", function look(bytes: Buffer) {
        lengths.push(bytes.length);
        if (response.complete || response.destroyed) socket.off("data", look);
      });
      response.on("data", (bytes: Buffer) => body.push(bytes)).on("error", () => {});
      resolve({ response, socket, lengths, body, before });
    });
  });
  return within("a response", started);
}

test("reads are freed, the body is whole, and no listener is left", async () => {
  const { response, socket, lengths, body, before } = await read(false);
  await until("the end", () => response.closed);
  expect(Buffer.concat(body).equals(BODY)).toBe(true);
  expect(lengths.filter((length) => length === 0).length).toBeGreaterThan(lengths.length / 2);
  // Node takes its own away, too.
  expect(socket.listenerCount("data")).toBe(before - 1);
  expect(socket.destroyed).toBe(false);
  socket.destroy();
});

test("reads that are in use are not freed", async () => {
  const { response, socket, lengths, body } = await read(true);
  await until("the end", () => response.closed);
  expect(Buffer.concat(body).equals(BODY)).toBe(true);
  expect(lengths.every((length) => length > 0)).toBe(true);
  socket.destroy();
});

test("no listener is left when the response is given up", async () => {
  const { response, socket, lengths, body } = await read(false, BODY.length / 2);
  await until("half of it", () => Buffer.concat(body).length === BODY.length / 2);
  expect(lengths).toContain(0);
  response.destroy();
  await until("the end", () => response.closed);
  expect(socket.listeners("data").map(({ name }) => name)).not.toContain("free");
});

test("no listener is left when the response has come, also while nobody reads it", async () => {
  let sendRest = (): unknown => undefined;
  const server = createServer((socket) => {
    sendRest = () => socket.write("the parts");
    socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"));
  });
  const port = await listen(server);
  const started = new Promise<IncomingMessage>((resolve) => {
    http.get({ port, host: "127.0.0.1", agent: false }, (response) => {
      freeReads(response, () => false);
      resolve(response);
    });
  });
  const response = await within("a response", started);
  const { socket } = response;
  sendRest();
  await until("its last byte", () => response.complete);
  await new Promise(setImmediate);
  expect(response.closed).toBe(false);
  expect(socket.listeners("data").map(({ name }) => name)).not.toContain("free");
  response.destroy();
});
