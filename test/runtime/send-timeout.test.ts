// Checks which connections count as stalled: those that have taken nothing for the timeout, in no write and no part of a write.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SendTimeout } from "../../src/runtime/downstream/send-timeout.ts";
import type { DownstreamSocket } from "../../src/runtime/exchange/connection.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

/** The part of a connection that is looked at. */
class ModelSocket {
  writableLength = 0;
  bytesWritten = 0;
  _handle = { writeQueueSize: 0 };

  write(bytes: number): void {
    this.bytesWritten += bytes;
    this.writableLength += bytes;
    this._handle.writeQueueSize += bytes;
  }

  /** The kernel takes bytes. Node counts a write when all of it is taken. */
  take(bytes: number): void {
    this._handle.writeQueueSize -= bytes;
    if (this._handle.writeQueueSize === 0) this.writableLength = 0;
  }
}

function watched(timeoutMs: number) {
  const socket = new ModelSocket();
  const stalled: unknown[] = [];
  const sockets = new Set([socket as unknown as DownstreamSocket]);
  const timeout = new SendTimeout(sockets, (each) => void stalled.push(each));
  timeout.set(timeoutMs);
  return { socket, stalled, sockets, timeout };
}

test("after the timeout, and at most one look later", () => {
  const { socket, stalled } = watched(60_000);
  vi.advanceTimersByTime(2000);
  socket.write(100);
  vi.advanceTimersByTime(60_000);
  expect(stalled).toEqual([]);
  vi.advanceTimersByTime(5000);
  expect(stalled).toEqual([socket]);
});

test("a part of one large write is progress", () => {
  const { socket, stalled } = watched(1000);
  socket.write(10_000);
  for (let i = 0; i < 9; i++) {
    vi.advanceTimersByTime(900);
    socket.take(1000);
  }
  expect(stalled).toEqual([]);
  vi.advanceTimersByTime(1200);
  expect(stalled).toEqual([socket]);
});

test("more bytes of the response are no progress", () => {
  const { socket, stalled } = watched(1000);
  socket.write(100);
  for (let i = 0; i < 6; i++) {
    vi.advanceTimersByTime(200);
    socket.write(10);
  }
  expect(stalled).toEqual([socket]);
});

test("bytes that come after a pause start a new wait", () => {
  const { socket, stalled } = watched(1000);
  for (let i = 0; i < 5; i++) {
    socket.write(100);
    vi.advanceTimersByTime(900);
    socket.take(100);
    vi.advanceTimersByTime(200);
  }
  expect(stalled).toEqual([]);
});

test("0 looks at nothing; a connection that is gone is forgotten", () => {
  const { socket, stalled, sockets, timeout } = watched(1000);
  socket.write(100);
  vi.advanceTimersByTime(500);
  timeout.set(0);
  vi.advanceTimersByTime(5000);
  expect(vi.getTimerCount()).toBe(0);
  timeout.set(1000);
  vi.advanceTimersByTime(500);
  sockets.clear();
  vi.advanceTimersByTime(5000);
  expect(stalled).toEqual([]);
});
