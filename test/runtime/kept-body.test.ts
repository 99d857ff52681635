// Checks what is kept of a request body for a replay, and for how long.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { canBeKept, KEEP_BYTES, KeptBody } from "../../src/runtime/upstream/kept-body.ts";

const MIB = 1024 * 1024;
const USEFUL_MS = 1000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("large chunks are kept by reference, in order, up to 1 MiB", () => {
  const kept = new KeptBody(KEEP_BYTES, USEFUL_MS);
  const chunks = [Buffer.alloc(MIB - 4096), Buffer.alloc(4096)];
  for (const chunk of chunks) kept.add(chunk, true);
  expect(kept.chunks?.every((chunk, i) => chunk === chunks[i])).toBe(true);
  kept.add(Buffer.alloc(1), true);
  expect(kept.chunks).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

test("a body above 64 KiB is dropped when it is of no use any more", () => {
  const kept = new KeptBody(KEEP_BYTES, USEFUL_MS);
  kept.add(Buffer.alloc(64 * 1024), true);
  expect(vi.getTimerCount()).toBe(0);
  kept.add(Buffer.alloc(1), true);
  vi.advanceTimersByTime(USEFUL_MS - 1);
  expect(kept.chunks).toHaveLength(2);
  vi.advanceTimersByTime(1);
  expect(kept.chunks).toBeUndefined();
});

test("a dropped body leaves no timer, and keeps nothing more", () => {
  const kept = new KeptBody(KEEP_BYTES, USEFUL_MS);
  kept.add(Buffer.alloc(MIB), true);
  kept.drop();
  kept.add(Buffer.alloc(1), true);
  expect(kept.chunks).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  [{ kind: "none" }, true],
  [{ kind: "length", length: "0" }, true],
  [{ kind: "length", length: String(MIB) }, true],
  [{ kind: "length", length: String(MIB + 1) }, false],
  [{ kind: "length", length: "9999999999999999" }, false],
  [{ kind: "chunked" }, false],
] as const)("whether a body of framing %j can surely be kept: %s", (framing, can) => {
  expect(canBeKept(framing, KEEP_BYTES)).toBe(can);
});
