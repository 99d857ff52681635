// Checks that a worker's output waits in its pipe while it can't be written, and that something stuck stops no worker.

import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { relayLines } from "../../src/cli/serve/workers/relay-lines.ts";
import { until } from "../support/deadline.ts";

/** A target that holds what it is given, until it is told to write. */
function slowTarget() {
  const lines: string[] = [];
  let held = 0;
  return {
    lines,
    write(line: string): void {
      lines.push(line);
      held += line.length;
    },
    held: () => held,
    /** Writes so much of it. */
    flush(characters = held): void {
      held -= characters;
    },
  };
}

const LIMITS = { full: 1000, lookMs: 1, patienceMs: 20_000 };
const text = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `${String(from + n).padStart(99, "0")}\n`).join("");

test("output is read only as fast as it is written, and none is lost", async () => {
  const from = new PassThrough({ highWaterMark: 500 });
  const target = slowTarget();
  relayLines(from, target, LIMITS);
  let written = 0;
  let most = 0;
  while (written < 500 || from.readableLength > 0 || target.held() > 0) {
    if (written < 500 && !from.writableNeedDrain) from.write(text(written, ++written));
    await new Promise(setImmediate);
    most = Math.max(most, target.held());
    if (target.held() > LIMITS.full) target.flush();
    if (written === 500 && from.readableLength === 0) target.flush();
  }
  expect(target.lines).toHaveLength(500);
  expect(target.lines.map(Number)).toEqual(Array.from({ length: 500 }, (_, n) => n));
  expect(most).toBeLessThan(2 * LIMITS.full);
});

test("while the target is full nothing is read, and when it is not, the rest is", async () => {
  const from = new PassThrough();
  const target = slowTarget();
  relayLines(from, target, LIMITS);
  from.write(text(0, 11));
  await until("the pause", () => from.isPaused());
  from.write(text(11, 20));
  await new Promise(setImmediate);
  expect(target.lines).toHaveLength(11);
  target.flush();
  await until("the rest", () => target.lines.length === 20);
});

test("a target that makes no progress gets everything after a while, to drop what it can't hold", async () => {
  const from = new PassThrough();
  const target = slowTarget();
  relayLines(from, target, { ...LIMITS, patienceMs: 20 });
  from.write(text(0, 11));
  await until("the pause", () => from.isPaused());
  from.write(text(11, 20));
  await until("the rest", () => target.lines.length === 20);
  from.write(text(20, 30));
  await until("what comes later", () => target.lines.length === 30);
  // When it is well again, it is waited for again.
  target.flush();
  from.write(text(30, 41));
  await until("the next pause", () => from.isPaused());
});

test("of a process that has ended, what waits is read at once", async () => {
  const from = new PassThrough();
  const target = slowTarget();
  const finish = relayLines(from, target, LIMITS);
  from.write(text(0, 11));
  await until("the pause", () => from.isPaused());
  from.end(`${text(11, 20)}cut`);
  finish();
  await until("the rest", () => target.lines.length === 20);
  expect(target.lines.join()).not.toContain("cut");
});
