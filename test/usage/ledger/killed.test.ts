// Tests a kill at any moment: after it, each line that is whole in a file counts exactly once, and so do the lines of files that are gone.

import { cpSync, readdirSync, readFileSync, statSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openLedger } from "../../../src/runtime/usage/ledger/ledger.ts";
import { folder, handClock, ledgerFiles, line, opened, recordingParts } from "./ledger-folder.ts";

const DAY_MS = 86_400_000;

/** What a run does: appends lines, writes them, lets time pass, closes and opens again, or is killed and starts again. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("append" as const), count: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("flush" as const), part: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("pass" as const), days: fc.constantFrom(-1, 0.3, 1, 3) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("checkpoint" as const, "restart" as const, "kill" as const) }),
  },
);

/** The ids of the lines that are whole in the files of a folder. Made without any code of the ledger. */
function wholeIds(dir: string): Set<number> {
  const ids = new Set<number>();
  for (const name of ledgerFiles(dir)) {
    for (const text of readFileSync(join(dir, name), "utf8").split("\n")) {
      try {
        ids.add(Number((JSON.parse(text) as { request_id: string }).request_id));
      } catch {
        // A torn line.
      }
    }
  }
  return ids;
}

/** A copy of a folder at one moment. Where something changed while it was being copied, it is copied again. */
async function snapshot(dir: string): Promise<string> {
  const state = () =>
    readdirSync(dir).map((name) => [
      name,
      statSync(join(dir, name), { bigint: true }).mtimeNs,
      statSync(join(dir, name)).ino,
    ]);
  for (;;) {
    const copy = folder();
    try {
      const before = state();
      cpSync(dir, copy, { recursive: true });
      if (isDeepStrictEqual(state(), before)) return copy;
    } catch {
      // A file went while it was being copied.
    }
    await setImmediate();
  }
}

/** The lines that a start on a folder counts. Each line charges its own power of two, so that a sum says which lines are in it. */
async function countedIds(copy: string): Promise<Set<number>> {
  const result = await openLedger({ dir: copy, keepDays: 1 }, recordingParts({ clock: handClock(0) }).parts);
  if (!result.ok) throw new Error(result.reason);
  await result.ledger.close();
  const ids = new Set<number>();
  for (const [client, { total, days }] of result.sums) {
    let [tokens, ofDays] = [total.tokens, 0];
    for (const { tokens: some } of days.values()) ofDays += some;
    expect(ofDays).toBe(tokens);
    for (let bit = 0; tokens > 0; bit++) {
      if (tokens % 2 === 1) ids.add(Number(client) * BITS + bit);
      tokens = Math.floor(tokens / 2);
    }
  }
  return ids;
}

const BITS = 20;

/** A run in which a file is deleted for its age, before a restart and a kill. */
const FILES_THAT_GO = [
  { do: "append" as const, count: 3 },
  { do: "flush" as const, part: 0.5 },
  { do: "pass" as const, days: 3 as const },
  { do: "append" as const, count: 2 },
  { do: "flush" as const, part: 0.7 },
  { do: "restart" as const },
  { do: "append" as const, count: 1 },
  { do: "kill" as const },
  { do: "append" as const, count: 1 },
  { do: "flush" as const, part: 0 },
];

test("a kill at any moment neither loses nor repeats a line", async () => {
  let gone = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16 }), async (steps) => {
      let dir = folder();
      const clock = handClock();
      /** The lines of files that were deleted for their age. */
      let deleted = new Set<number>();
      let seen = new Set<number>();
      const check = async () => {
        const copy = await snapshot(dir);
        const whole = wholeIds(copy);
        for (const id of seen) if (!whole.has(id)) deleted.add(id);
        gone += deleted.size;
        seen = whole;
        const expected = [...new Set([...whole, ...deleted])].sort((a, b) => a - b);
        expect([...(await countedIds(copy))].sort((a, b) => a - b)).toEqual(expected);
      };
      let part = 1;
      const write = async (handle: FileHandle, bytes: Buffer) => {
        // The first part is written: a kill at this moment cuts the batch anywhere. Then the rest.
        const cut = Math.floor(bytes.length * part);
        if (cut > 0 && cut < bytes.length) {
          await handle.write(bytes.subarray(0, cut));
          await check();
        }
        await handle.write(bytes.subarray(cut === bytes.length ? 0 : cut));
        // All lines are in the file, but the ledger does not know it yet.
        await check();
        return bytes.length;
      };
      const { parts } = recordingParts({ clock, write, times: { flushMs: 1e9, retryMs: 1e9, checkpointMs: 0 } });
      const open = () => opened(dir, parts, 1);
      let { ledger } = await open();
      let id = 0;
      for (const some of steps) {
        if (some.do === "append") {
          for (let i = 0; i < some.count; i++, id++) {
            const at = new Date(clock.now() - (id % 3) * (DAY_MS / 2)).toISOString();
            ledger.append(
              line({ request_id: `${id}`, client: `${Math.floor(id / BITS)}`, charged_tokens: 2 ** (id % BITS), at }),
            );
          }
        } else if (some.do === "flush") {
          ({ part } = some);
          await ledger.flush();
        } else if (some.do === "pass") {
          clock.time += some.days * DAY_MS;
        } else if (some.do === "checkpoint") {
          // Checkpoints are written as soon as something changed. This lets them go on.
          await setImmediate();
        } else if (some.do === "restart") {
          await ledger.close();
          ({ ledger } = await open());
        } else if (some.do === "kill") {
          // The state of the disk stays as it is. What the process does after this moment happens elsewhere.
          const copy = await snapshot(dir);
          const before = { seen, deleted };
          deleted = new Set(deleted);
          await ledger.close();
          ({ seen, deleted } = before);
          dir = copy;
          ({ ledger } = await open());
        }
        await check();
      }
      await ledger.close();
      await check();
    }),
    { numRuns: 25, examples: [[FILES_THAT_GO]] },
  );
  // Otherwise nothing was tested of files that are gone.
  expect(gone).toBeGreaterThan(0);
}, 60_000);
