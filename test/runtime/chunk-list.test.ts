// Checks that the chunks of a body are kept in order, and that small ones do not cost much more than their bytes.

import fc from "fast-check";
import { expect, test } from "vitest";
import { ChunkList } from "../../src/runtime/body/chunk-list.ts";

function listOf(chunks: readonly Buffer[]): ChunkList {
  const list = new ChunkList();
  for (const chunk of chunks) list.add(chunk);
  return list;
}

test("the bytes are the same, in order, however they are cut", () => {
  const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 6000 })), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(sizes, (lengths) => {
      const chunks = lengths.map((length, n) => Buffer.alloc(length, n + 1));
      const list = listOf(chunks);
      expect(Buffer.concat(list.chunks)).toEqual(Buffer.concat(chunks));
      expect(list.chunks.every(({ length }) => length > 0)).toBe(true);
    }),
  );
});

test("what was handed out before does not change when more is added", () => {
  const list = listOf([Buffer.from("a"), Buffer.from("b"), Buffer.from("c")]);
  const before = [...list.chunks];
  const text = Buffer.concat(before).toString();
  for (let n = 0; n < 10_000; n++) list.add(Buffer.from("d"));
  expect(text).toBe("abc");
  expect(Buffer.concat(before).toString()).toBe("abc");
});

test("a body of one chunk, and large chunks, are kept by reference", () => {
  const chunks = [Buffer.from("first"), Buffer.alloc(1024), Buffer.alloc(70_000)];
  expect(listOf(chunks).chunks.map((chunk, n) => chunk === chunks[n])).toEqual([true, true, true]);
});

test("a body that comes byte by byte is kept in few blocks", () => {
  const bytes = 64 * 1024;
  const list = new ChunkList();
  // Not `from`: the first one is kept as it came, with all of the memory that newer versions of Node share among small buffers.
  for (let n = 0; n < bytes; n++) list.add(Buffer.alloc(1, n));
  expect(list.chunks.length).toBeLessThanOrEqual(1 + Math.ceil(bytes / 4096));
  const held = new Set(list.chunks.map(({ buffer }) => buffer));
  expect([...held].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(1.2 * bytes);
});

test("after `clear` it holds nothing, and takes other chunks", () => {
  const list = listOf([Buffer.from("a"), Buffer.from("b")]);
  const before = list.chunks;
  list.clear();
  expect(list.chunks).toEqual([]);
  list.add(Buffer.from("c"));
  list.add(Buffer.from("d"));
  expect(Buffer.concat(list.chunks).toString()).toBe("cd");
  expect(Buffer.concat(before).toString()).toBe("ab");
});
