// Checks when a body is moved on: what comes in one turn of the event loop goes on at once, and the end is told with the last byte where
// the length is known.

import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BodyPump } from "../../src/runtime/body/body-pump.ts";

const turn = (): Promise<void> => new Promise(setImmediate);

/** A pump, and what it moved: the bytes of each move, and `|` where they were the last. */
function start(length?: number, isReady = () => true) {
  const source = Object.assign(new PassThrough(), { complete: false });
  const moves: string[] = [];
  const pump = new BodyPump(
    source as unknown as IncomingMessage,
    (body, last) => {
      moves.push(`${body.toString("latin1")}${last ? "|" : ""}`);
      return isReady();
    },
    length,
  );
  return { source, moves, pump };
}

describe("a body whose length is known", () => {
  test("ends with its last byte, before Node says so", async () => {
    const { source, moves } = start(5);
    source.write("he");
    await turn();
    source.write("llo");
    await turn();
    expect(moves.filter((move) => move !== "")).toEqual(["he", "llo|"]);
    source.complete = true;
    source.end();
    await turn();
    expect(moves.at(-1)).toBe("llo|");
  });

  test("has not ended when its source closes one byte early", async () => {
    const { source, moves } = start(5);
    source.write("hell");
    await turn();
    source.destroy();
    await turn();
    expect(moves.join("")).toBe("hell");
  });

  test("has ended at once where it is empty", async () => {
    const { moves } = start(0);
    await turn();
    expect(moves).toEqual(["|"]);
  });

  test("ends once and is whole, however its bytes come and the other side takes them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 50 }), waits: fc.boolean() }), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.array(fc.boolean(), { maxLength: 12 }),
        fc.boolean(),
        async (parts, ready, completes) => {
          const length = parts.reduce((sum, { size }) => sum + size, 0);
          const answers = [...ready];
          let paused = false;
          const { source, moves, pump } = start(length, () => {
            const isReady = answers.shift() ?? true;
            paused ||= !isReady;
            return isReady;
          });
          let at = 0;
          let body = "";
          for (const { size, waits } of parts) {
            const part = String.fromCharCode(...Array.from({ length: size }, () => 33 + (at++ % 90)));
            body += part;
            source.write(part, "latin1");
            if (waits) await turn();
          }
          source.complete = completes;
          for (let n = 0; n <= parts.length + answers.length + 1; n++) {
            if (paused) pump.resume();
            await turn();
          }
          expect(moves.join("")).toBe(`${body}|`);
          expect(moves.at(-1)).toMatch(/\|$/);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("a body whose length is not known", () => {
  test("ends when Node says so", async () => {
    const { source, moves } = start();
    source.write("hello");
    await turn();
    expect(moves.join("")).toBe("hello");
    source.complete = true;
    source.end();
    await turn();
    expect(moves.join("")).toBe("hello|");
  });
});

test("what comes in one turn is one move, and the first comes without bytes, too", async () => {
  const { source, moves } = start(9);
  await turn();
  expect(moves).toEqual([""]);
  for (const part of ["a", "b", "cd"]) source.push(Buffer.from(part));
  await turn();
  source.push(Buffer.from("e"));
  await turn();
  for (const part of ["f", "g", "hi"]) source.push(Buffer.from(part));
  await turn();
  expect(moves).toEqual(["", "abcd", "e", "fghi|"]);
});

test("a body that was stopped is read to its end, and moved no more", async () => {
  const { source, moves, pump } = start(6);
  source.write("abc");
  await turn();
  pump.stop();
  source.end("def");
  await turn();
  expect(moves.join("")).toBe("abc");
  expect(source.readableEnded).toBe(true);
});
