// Tests a start of the ledger: what was charged before is known again, from the checkpoint and the lines after it, each line once.

import { once } from "node:events";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, it, vi } from "vitest";
import type { ClientSums } from "../../../src/runtime/usage/ledger/charge-sums.ts";
import { lockFolder } from "../../../src/runtime/usage/ledger/folder-lock.ts";
import { openLedger } from "../../../src/runtime/usage/ledger/ledger.ts";
import { lineText } from "../../../src/runtime/usage/ledger/line-text.ts";
import { folder, handClock, ledgerFiles, line, opened, recordingParts, textOf } from "./ledger-folder.ts";

const DAY_MS = 86_400_000;
const CHECKPOINT = "checkpoint.json";
const TODAY = "usage-2026-11-23.jsonl";

/** Writes lines with a ledger that is then closed. */
const BOOT_ID = "/proc/sys/kernel/random/boot_id";

async function write(dir: string, lines: readonly Parameters<typeof line>[0][], clock = handClock()) {
  const { parts, events } = recordingParts({ clock });
  const { ledger } = await opened(dir, parts);
  for (const some of lines) ledger.append(line(some));
  await ledger.close();
  return events;
}

/** Starts on a copy of a folder, as after a kill. */
async function start(dir: string) {
  const copy = folder();
  cpSync(dir, copy, { recursive: true });
  const { parts, events } = recordingParts();
  const { ledger, sums, warned, bytesRead } = await opened(copy, parts);
  await ledger.close();
  return { copy, sums, warned, bytesRead, events };
}

const totals = (sums: ReadonlyMap<string, ClientSums>) =>
  [...sums].map(([client, { total }]) => [client, total.tokens]);

describe("a start", () => {
  it("knows the sums by client and by the day on which exchanges began", async () => {
    const dir = folder();
    await write(dir, [
      { client: "ana", charged_tokens: 5, charged_usd: 0.1 },
      { client: "ana", charged_tokens: 7, charged_usd: 0.2, at: "2026-11-22T23:59:59.999Z" },
      { client: "__proto__", charged_tokens: 1, charged_usd: 1e-10 },
    ]);
    const { sums, events } = await start(dir);
    expect(events).toEqual([]);
    expect(sums).toEqual(
      new Map([
        [
          "ana",
          {
            total: { tokens: 12, ticks: 3e9 },
            days: new Map([
              ["2026-11-23", { tokens: 5, ticks: 1e9 }],
              ["2026-11-22", { tokens: 7, ticks: 2e9 }],
            ]),
          },
        ],
        ["__proto__", { total: { tokens: 1, ticks: 1 }, days: new Map([["2026-11-23", { tokens: 1, ticks: 1 }]]) }],
      ]),
    );
  });

  it("reads only what was written after the checkpoint", async () => {
    const dir = folder();
    await write(
      dir,
      Array.from({ length: 1000 }, () => ({ charged_tokens: 1 })),
    );
    expect(await start(dir)).toMatchObject({ bytesRead: 0, events: [] });
    const more = lineText(line({ client: "bo", charged_tokens: 3 }));
    writeFileSync(join(dir, TODAY), more, { flag: "a" });
    writeFileSync(join(dir, "usage-2026-11-24.jsonl"), more);
    const { bytesRead, sums, events, copy } = await start(dir);
    expect([bytesRead, events]).toEqual([2 * more.length, []]);
    expect(totals(sums)).toEqual([
      ["ana", 1000],
      ["bo", 6],
    ]);
    expect((await start(copy)).bytesRead).toBe(0);
  });

  it("on a new folder warns of nothing", async () => {
    const { sums, events } = await start(folder());
    expect([...sums, ...events]).toEqual([]);
  });

  it("keeps the totals of files that are gone, and the warnings of budgets", async () => {
    const dir = folder();
    const clock = handClock();
    const { parts } = recordingParts({ clock });
    const { ledger } = await opened(dir, parts, 1);
    ledger.keepWarnings(() => new Map([["ana day tokens", 90]]));
    for (let day = 0; day < 4; day++) {
      ledger.append(line({ charged_tokens: 1, at: new Date(clock.now()).toISOString() }));
      await ledger.flush();
      clock.time += DAY_MS;
    }
    await ledger.close();
    expect(ledgerFiles(dir)).toHaveLength(1);
    const { sums, warned, events, copy } = await start(dir);
    expect([totals(sums), [...warned], events]).toEqual([[["ana", 4]], [["ana day tokens", 90]], []]);
    // Nor is anything lost when all files are gone, and the last one is begun again.
    for (const name of ledgerFiles(copy)) unlinkSync(join(copy, name));
    const emptied = await start(copy);
    expect([totals(emptied.sums), emptied.events]).toEqual([[["ana", 4]], []]);
    await write(emptied.copy, [{ charged_tokens: 10 }], clock);
    const begun = await start(emptied.copy);
    expect([totals(begun.sums), begun.events]).toEqual([[["ana", 14]], []]);
  });

  it("has the sums of the last 40 days", async () => {
    const dir = folder();
    const days = Array.from({ length: 50 }, (_, day) => ({
      charged_tokens: 1,
      at: new Date(Date.UTC(2026, 10, 23) - day * DAY_MS).toISOString(),
    }));
    await write(dir, days);
    const { sums } = await start(dir);
    expect(sums.get("ana")?.total.tokens).toBe(50);
    expect([...(sums.get("ana")?.days.keys() ?? [])].sort()[0]).toBe("2026-10-14");
    expect(sums.get("ana")?.days.size).toBe(41);
  });

  it("has them, too, when the clock was far ahead for a while, or a file has a name of a day to come", async () => {
    const dir = folder();
    const clock = handClock();
    const { ledger } = await opened(dir, recordingParts({ clock }).parts);
    const charge = async (tokens: number): Promise<void> => {
      ledger.append(line({ charged_tokens: tokens, at: new Date(clock.now()).toISOString() }));
      await ledger.flush();
    };
    await charge(1);
    clock.time += 90 * DAY_MS;
    await charge(10);
    clock.time -= 90 * DAY_MS;
    await charge(100);
    await ledger.close();
    writeFileSync(join(dir, "usage-2099-01-01.jsonl"), "");
    for (const from of [dir, (await start(dir)).copy]) {
      const { sums, copy } = await start(from);
      expect(sums.get("ana")?.days.get("2026-11-23")?.tokens).toBe(101);
      // No file is old but by the clock.
      expect(ledgerFiles(copy)).toContain(TODAY);
    }
  });

  it("counts lines that can't be read, and goes on with the next", async () => {
    const dir = folder();
    const text = `{"at":1}\nnonsense\n\n${"x".repeat(1_500_000)}\n${lineText(line({ charged_tokens: 3 }))}\u0000\u0000\n`;
    writeFileSync(join(dir, TODAY), text);
    const { sums, events } = await start(dir);
    expect(totals(sums)).toEqual([["ana", 3]]);
    expect(events).toEqual(["rebuilt: checkpoint missing", "skipped 4"]);
  });

  it("counts no line of a day that does not exist, and can be read in spite of it", async () => {
    const dir = folder();
    const text = lineText(line({ charged_tokens: 3 }));
    writeFileSync(join(dir, TODAY), text + text.replace("2026-11-23T", "2026-13-45T"));
    const first = await start(dir);
    expect([totals(first.sums), first.events]).toEqual([[["ana", 3]], ["rebuilt: checkpoint missing", "skipped 1"]]);
    // The checkpoint fits, and later days are read in the files of the days that it says.
    const { parts, events } = recordingParts();
    const { ledger } = await opened(first.copy, parts);
    const { rows, skipped } = await ledger.read({ since: undefined, until: Date.UTC(2027, 0), by: [] });
    expect([rows[0]?.requests, skipped, events]).toEqual([1, 1, []]);
  });

  it("can be read, however many days late the checkpoint says that lines are", async () => {
    const dir = folder();
    await write(dir, [{ charged_tokens: 3 }]);
    const path = join(dir, CHECKPOINT);
    writeFileSync(path, readFileSync(path, "utf8").replace('"lag_days":0', '"lag_days":1e300'));
    const { ledger } = await opened(dir, recordingParts().parts);
    expect((await ledger.read({ since: undefined, until: Date.UTC(2027, 0), by: [] })).rows).toHaveLength(1);
  });

  it("counts a line whose end alone is missing, and counts it once", async () => {
    const dir = folder();
    writeFileSync(join(dir, TODAY), lineText(line({ charged_tokens: 3 })).trimEnd());
    const { copy, sums } = await start(dir);
    expect(totals(sums)).toEqual([["ana", 3]]);
    await write(copy, [{ charged_tokens: 4 }]);
    expect(totals((await start(copy)).sums)).toEqual([["ana", 7]]);
    rmSync(join(copy, CHECKPOINT));
    expect(totals((await start(copy)).sums)).toEqual([["ana", 7]]);
  });
});

describe("a checkpoint that can't be right", () => {
  async function written() {
    const dir = folder();
    await write(dir, [{ charged_tokens: 3 }, { charged_tokens: 4 }, { client: "bo", charged_tokens: 1 }]);
    return dir;
  }

  it("is rebuilt when any part of it is missing", async () => {
    const dir = await written();
    const whole = readFileSync(join(dir, CHECKPOINT), "utf8");
    for (let length = 0; length < whole.length - 1; length += 7) {
      writeFileSync(join(dir, CHECKPOINT), whole.slice(0, length));
      const { sums, events } = await start(dir);
      expect([totals(sums), events]).toEqual([
        [
          ["ana", 7],
          ["bo", 1],
        ],
        ["rebuilt: checkpoint broken"],
      ]);
    }
  });

  it.each([
    ["of another version", (text: string) => text.replace('"version":1', '"version":2'), "broken"],
    ["with a file that is none of ours", (text: string) => text.replace(TODAY, "../other"), "broken"],
    ["with a sum that is no number", (text: string) => text.replace("[7,", '["7",'), "broken"],
    ["with a negative sum", (text: string) => text.replace("[7,", "[-7,"), "broken"],
    [
      "with a position after the end",
      (text: string) => text.replace('"offset":', '"offset":9'),
      "does not fit the files",
    ],
    [
      "with an earlier position",
      (text: string) => text.replace(/"offset":\d+/, '"offset":400'),
      "does not fit the files",
    ],
  ])("is rebuilt: %s", async (_, change, reason) => {
    const dir = await written();
    const text = readFileSync(join(dir, CHECKPOINT), "utf8");
    expect(change(text)).not.toBe(text);
    writeFileSync(join(dir, CHECKPOINT), change(text));
    const { sums, events, copy } = await start(dir);
    expect(totals(sums)).toEqual([
      ["ana", 7],
      ["bo", 1],
    ]);
    expect(events).toEqual([`rebuilt: checkpoint ${reason}`]);
    expect((await start(copy)).events).toEqual([]);
  });

  it("is rebuilt when its file was cut, or replaced by one that is as long", async () => {
    const dir = await written();
    const text = textOf(dir);
    truncateSync(join(dir, TODAY), text.length - 5);
    const cut = await start(dir);
    expect(totals(cut.sums)).toEqual([["ana", 7]]);
    expect(cut.events).toEqual(["rebuilt: checkpoint does not fit the files", "skipped 1"]);
    writeFileSync(join(dir, TODAY), text.replaceAll('"ana"', '"ann"'));
    const replaced = await start(dir);
    expect(totals(replaced.sums)).toEqual([
      ["ann", 7],
      ["bo", 1],
    ]);
  });

  it.each([1, 10])(
    "is rebuilt when its file was moved away before it was written, and %s lines are in a new one",
    async (count) => {
      const dir = folder();
      const { ledger } = await opened(dir, recordingParts().parts);
      for (let i = 0; i < 3; i++) ledger.append(line());
      await ledger.flush();
      unlinkSync(join(dir, TODAY));
      await ledger.close();
      expect(totals((await start(dir)).sums)).toEqual([["ana", 330]]);
      writeFileSync(join(dir, TODAY), lineText(line({ charged_tokens: 1 })).repeat(count));
      const { sums, events } = await start(dir);
      expect([totals(sums), events]).toEqual([[["ana", count]], ["rebuilt: checkpoint does not fit the files"]]);
    },
  );

  it("is right at once when its file is gone: the new file's lines count, even after a kill", async () => {
    const dir = await written();
    unlinkSync(join(dir, TODAY));
    const { copy } = await start(dir);
    writeFileSync(join(copy, TODAY), lineText(line({ charged_tokens: 10 })));
    const { sums, events } = await start(copy);
    expect([totals(sums)[0], events]).toEqual([["ana", 17], []]);
  });

  it("is not replaced by a half written one", async () => {
    const dir = await written();
    copyFileSync(join(dir, CHECKPOINT), join(dir, `${CHECKPOINT}.new`));
    truncateSync(join(dir, `${CHECKPOINT}.new`), 20);
    expect((await start(dir)).events).toEqual([]);
  });
});

describe("the checkpoint", () => {
  it("is written after the given time when something changed, and else not", async () => {
    const dir = folder();
    const { parts } = recordingParts({ times: { flushMs: 1, checkpointMs: 20 } });
    const { ledger } = await opened(dir, parts);
    expect(existsSync(join(dir, CHECKPOINT))).toBe(false);
    ledger.append(line());
    await vi.waitFor(() => expect(readFileSync(join(dir, CHECKPOINT), "utf8")).toContain('"ana"'));
  });

  it("that can't be written is told once, and keeps old files: their lines are nowhere else", async () => {
    const dir = folder();
    const clock = handClock();
    const { parts, events } = recordingParts({ clock });
    const { ledger } = await opened(dir, parts, 1);
    mkdirSync(join(dir, `${CHECKPOINT}.new`));
    for (let day = 0; day < 3; day++) {
      ledger.append(line({ charged_tokens: 1 }));
      await ledger.flush();
      clock.time += 2 * DAY_MS;
    }
    await ledger.close();
    expect(events).toEqual(["checkpoint EISDIR"]);
    expect(ledgerFiles(dir)).toHaveLength(3);
    rmdirSync(join(dir, `${CHECKPOINT}.new`));
    const { sums } = await opened(dir, parts, 1);
    expect([totals(sums), ledgerFiles(dir)]).toEqual([[["ana", 3]], []]);
  });

  it("is written when the day changes", async () => {
    const dir = folder();
    const clock = handClock();
    const { ledger } = await opened(dir, recordingParts({ clock }).parts);
    ledger.append(line());
    await ledger.flush();
    await vi.waitFor(() => expect(readFileSync(join(dir, CHECKPOINT), "utf8")).toContain("11-23.jsonl"));
    clock.time += DAY_MS;
    ledger.append(line());
    await ledger.flush();
    await vi.waitFor(() => expect(readFileSync(join(dir, CHECKPOINT), "utf8")).toContain("11-24.jsonl"));
  });
});

describe("the folder", () => {
  const BOOT = existsSync(BOOT_ID) ? readFileSync(BOOT_ID, "utf8").trim() : "x";

  it("takes one process, and one ledger in it", async () => {
    const dir = folder();
    const { parts } = recordingParts();
    const { ledger } = await opened(dir, parts);
    const open = (pid: number, alive: boolean) =>
      openLedger({ dir, keepDays: 1 }, { ...parts, processes: { pid, isAlive: () => alive } });
    expect(await open(process.pid, true)).toEqual({ ok: false, reason: "in use", pid: process.pid });
    writeFileSync(join(dir, "lock"), JSON.stringify({ pid: 4711, process: null }));
    await ledger.close();
    expect(await open(process.pid, true)).toEqual({ ok: false, reason: "in use", pid: 4711 });
    const taken = await open(process.pid, false);
    expect(taken.ok).toBe(true);
    if (taken.ok) await taken.ledger.close();
    expect(existsSync(join(dir, "lock"))).toBe(false);
  });

  it("is never seen with an empty lock, which another process that starts at the same time would take over", async () => {
    const dir = folder();
    /** 0: not begun, 1: looks, 2: over. How often the lock was empty, and how often it was whole. */
    const seen = new Int32Array(new SharedArrayBuffer(12));
    const look = `
      const { workerData: { seen, path } } = require("node:worker_threads");
      const { readFileSync } = require("node:fs");
      Atomics.store(seen, 0, 1);
      while (Atomics.load(seen, 0) === 1) {
        try { Atomics.add(seen, readFileSync(path, "utf8") === "" ? 1 : 2, 1); } catch {}
      }`;
    const worker = new Worker(look, { eval: true, workerData: { seen, path: join(dir, "lock") } });
    const over = once(worker, "exit");
    await vi.waitFor(() => expect(seen[0]).toBe(1), 10_000);
    for (let tries = 0; tries < 20_000 && (tries < 500 || (seen[2] ?? 0) < 200); tries++) {
      const lock = lockFolder(dir, { pid: process.pid, isAlive: () => true });
      if (lock.ok) lock.release();
    }
    Atomics.store(seen, 0, 2);
    await over;
    expect(seen[1]).toBe(0);
    expect(seen[2]).toBeGreaterThan(0);
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each([
    ["of a process with the same number, as in a container", JSON.stringify({ pid: process.pid, process: "x 1" })],
    [
      "of another process that got the number of the old one",
      JSON.stringify({ pid: process.ppid, process: `${BOOT} 1` }),
    ],
    [
      "from before the machine started, of a process that can't be seen",
      JSON.stringify({ pid: 2 ** 30, process: "x 1" }),
    ],
    ["that is empty", ""],
  ])("is taken over from a lock %s", async (_, text) => {
    const dir = folder();
    writeFileSync(join(dir, "lock"), text);
    const result = await openLedger({ dir, keepDays: 1 }, recordingParts().parts);
    expect(result.ok).toBe(true);
    if (result.ok) await result.ledger.close();
  });
});
