// Checks when a request body that is held to be read is let go: once what it says is known, or never, when the client gives up.

import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type BodyOwner, RequestBody } from "../../src/runtime/exchange/request-body.ts";

const IDLE_MS = 1000;

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

const turn = (): Promise<void> => new Promise(setImmediate);

function start(maxBytes = 1000, moreHeaders: readonly string[] = []) {
  const source = Object.assign(new PassThrough(), { complete: false });
  const releases: (() => void)[] = [];
  const seen: string[] = [];
  const owner: BodyOwner = {
    req: source as unknown as IncomingMessage,
    responder: { res: { writeContinue: () => seen.push("continue") } as unknown as BodyOwner["responder"]["res"] },
    framing: { kind: "chunked" },
    rawHeaders: ["content-type", "application/json", ...moreHeaders],
    awaitsContinue: false,
    done: false,
    hold: (release) => void releases.push(release),
    reply: ({ outcome }) => void seen.push(outcome),
    fail: (err) => void seen.push(`failed: ${String(err)}`),
  };
  const body = new RequestBody(owner, { model: true, maxBytes, idleMs: IDLE_MS });
  body.whenRead(() => void seen.push("read"));
  const finish = (text: string): void => {
    source.complete = true;
    source.end(text);
  };
  const release = (): void => {
    for (const one of releases) one();
  };
  return { source, body, seen, finish, release };
}

test("a client that rests is given up, also before its first byte", async () => {
  const { seen } = start();
  await turn();
  vi.advanceTimersByTime(IDLE_MS);
  expect(seen).toEqual(["request_timeout"]);
});

test("a body that moves is not given up", async () => {
  const { source, seen, finish, body } = start();
  for (const piece of ['{"mo', 'del":"', "gpt-5"]) {
    source.write(piece);
    await turn();
    vi.advanceTimersByTime(IDLE_MS - 1);
  }
  finish('"}');
  await turn();
  vi.advanceTimersByTime(10 * IDLE_MS);
  expect(seen).toEqual(["read"]);
  expect(body.model).toMatchObject({ kind: "model", name: "gpt-5" });
});

test("once given up, the rest of the body is not read any more, and nothing is held", async () => {
  const { source, seen, finish, body } = start();
  source.write('{"model":');
  await turn();
  vi.advanceTimersByTime(IDLE_MS);
  finish('"gpt-5"}');
  await turn();
  // The reply may wait for a client that takes nothing. Meanwhile the request must not go upstream.
  expect(seen).toEqual(["request_timeout"]);
  expect(body.held.chunks).toEqual([]);
});

test("an exchange that ends while its body is held lets it go, and leaves no timer", async () => {
  const { source, seen, body, release } = start();
  source.write('{"model":');
  await turn();
  release();
  expect(vi.getTimerCount()).toBe(0);
  expect(body.held.chunks).toEqual([]);
  vi.advanceTimersByTime(IDLE_MS);
  expect(seen).toEqual([]);
});

test("not more is held than the bound and what one read brought", async () => {
  const { source, seen, body } = start(1000);
  for (let n = 0; n < 40; n++) {
    source.write(n === 0 ? '{"model":"gpt-5","input":"' : "x".repeat(100));
    await turn();
  }
  expect(seen).toEqual(["read"]);
  const held = body.held.chunks.reduce((sum, { length }) => sum + length, 0);
  expect(held).toBeGreaterThan(1000);
  expect(held).toBeLessThanOrEqual(1100);
});

test("a body that turns out to be empty says nothing about a model", async () => {
  const { seen, finish, body } = start();
  finish("");
  await turn();
  expect(seen).toEqual(["read"]);
  expect(body.model).toBeUndefined();
});

test("a body that can't be read is unreadable before its first byte, not empty", async () => {
  const { seen, body } = start(1000, ["content-encoding", "zstd"]);
  await turn();
  expect(seen).toEqual(["read"]);
  expect(body.model).toEqual({ kind: "unreadable", reason: "coding" });
});
