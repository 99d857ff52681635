import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { pause } from "../../src/mock/deliver.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("waits as long as told, not a millisecond less", async () => {
  const settled = vi.fn();
  const waiting = Promise.resolve(pause(40, new AbortController().signal)).then(settled);
  await vi.advanceTimersByTimeAsync(39);
  expect(settled).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await waiting;
  expect(settled).toHaveBeenCalledWith(true);
});

it("ends with the signal and leaves no timer", async () => {
  const leave = new AbortController();
  const waiting = pause(40, leave.signal);
  expect(vi.getTimerCount()).toBe(1);
  leave.abort();
  expect(vi.getTimerCount()).toBe(0);
  expect(await waiting).toBe(false);
});

it("of nothing is none, unless the client has left", () => {
  expect(pause(0, new AbortController().signal)).toBe(true);
  expect(pause(0, AbortSignal.abort())).toBe(false);
  expect(pause(40, AbortSignal.abort())).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});
