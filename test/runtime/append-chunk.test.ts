// Checks that a body which comes in tiny chunks is not kept as so many buffers.

import { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { appendChunk } from "../../src/runtime/body/append-chunk.ts";
import { HeldBody } from "../../src/runtime/body/held-body.ts";
import { KeptBody } from "../../src/runtime/upstream/kept-body.ts";

const BYTES = 20_000;
const MOST_CHUNKS = 10;

const text = Array.from({ length: BYTES }, (_, i) => String.fromCharCode(97 + (i % 26))).join("");
const bytes = [...text].map((byte) => Buffer.from(byte));

function expectFew(chunks: readonly Buffer[] | undefined): void {
  expect(chunks?.length).toBeLessThanOrEqual(MOST_CHUNKS);
  expect(Buffer.concat(chunks ?? []).toString()).toBe(text);
}

test("a request body that is kept", () => {
  const kept = new KeptBody(BYTES, undefined);
  for (const byte of bytes) kept.add(byte, true);
  expectFew(kept.chunks);
});

test("a body that is held", async () => {
  const source = Object.assign(new EventEmitter(), { complete: false, readableLength: 0, pause() {}, resume() {} });
  const held = new HeldBody(
    source as unknown as IncomingMessage,
    () => false,
    () => {},
  );
  for (const byte of bytes) {
    source.emit("data", byte);
    await new Promise(process.nextTick);
  }
  expectFew(held.chunks);
});

test("chunks that are not small are kept by reference", () => {
  const chunks = [Buffer.alloc(5000, "a"), Buffer.alloc(1, "b"), Buffer.alloc(5000, "c")];
  const list: Buffer[] = [];
  for (const chunk of chunks) appendChunk(list, chunk);
  expect(list.map((chunk, i) => chunk === chunks[i])).toEqual([true, true, true]);
});
