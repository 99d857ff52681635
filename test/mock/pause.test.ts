// Tests the pauses between the pieces of a streamed answer of the mock.

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { pause } from "../../src/mock/deliver.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("waits for the whole time, not a millisecond less", async () => {
  const done = vi.fn();
  const waiting = Promise.resolve(pause(40, new AbortController().signal)).then(done);
  await vi.advanceTimersByTimeAsync(39);
  expect(done).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await waiting;
  expect(done).toHaveBeenCalledWith(true);
});

it("ends at the signal and leaves no timer", async () => {
  const leave = new AbortController();
  const waiting = pause(40, leave.signal);
  expect(vi.getTimerCount()).toBe(1);
  leave.abort();
  expect(vi.getTimerCount()).toBe(0);
  expect(await waiting).toBe(false);
});

it("does not wait for 0 ms, and still reports that the client has left", () => {
  expect(pause(0, new AbortController().signal)).toBe(true);
  expect(pause(0, AbortSignal.abort())).toBe(false);
  expect(pause(40, AbortSignal.abort())).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});
