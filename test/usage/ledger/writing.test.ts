// Tests how the ledger is written: the files, their batches, and what a full disk or a torn file costs.

import { chmodSync, existsSync, renameSync, statSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { lineText } from "../../../src/runtime/usage/ledger/line-text.ts";
import { folder, handClock, idsIn, ledgerFiles, line, opened, recordingParts, textOf } from "./ledger-folder.ts";

const DAY_MS = 86_400_000;

describe("the files", () => {
  it("are made with their folder, for the eyes of the gateway's group at most", async () => {
    const dir = join(folder(), "deep", "usage");
    const { ledger } = await opened(dir, recordingParts().parts);
    ledger.append(line());
    await ledger.close();
    expect(textOf(dir)).toBe(lineText(line()));
    expect(statSync(dir).mode & 0o027).toBe(0);
    for (const name of ["usage-2026-11-23.jsonl", "checkpoint.json"]) {
      expect(statSync(join(dir, name)).mode & 0o137).toBe(0);
    }
  });

  it("get whole batches with one write", async () => {
    const writes: number[] = [];
    const write = async (handle: FileHandle, bytes: Buffer) => {
      writes.push(bytes.length);
      return (await handle.write(bytes)).bytesWritten;
    };
    const { ledger } = await opened(folder(), recordingParts({ write }).parts);
    for (let i = 0; i < 100; i++) ledger.append(line());
    await ledger.flush();
    expect(writes).toEqual([100 * lineText(line()).length]);
  });

  it("are written without being asked, after the time that is given", async () => {
    const dir = folder();
    const { ledger } = await opened(dir, recordingParts({ times: { flushMs: 5 } }).parts);
    ledger.append(line());
    await vi.waitFor(() => expect(textOf(dir)).toBe(lineText(line())));
  });

  it("are chosen by the day of writing; the clock going back reopens none, also after a restart", async () => {
    const dir = folder();
    const clock = handClock(Date.UTC(2026, 10, 23, 23, 59, 59));
    const { parts } = recordingParts({ clock });
    const { ledger } = await opened(dir, parts);
    const write = async (id: string, time: number) => {
      clock.time = time;
      ledger.append(line({ request_id: id }));
      await ledger.flush();
    };
    await write("a", clock.time);
    await write("b", clock.time + 2000);
    await write("c", clock.time - DAY_MS);
    await ledger.close();
    const again = await opened(dir, parts);
    again.ledger.append(line({ request_id: "d" }));
    await again.ledger.close();
    expect(ledgerFiles(dir)).toEqual(["usage-2026-11-23.jsonl", "usage-2026-11-24.jsonl"]);
    expect(idsIn(dir)).toEqual(["a", "b", "c", "d"]);
    expect(textOf(dir, "2026-11-23").split("\n")).toHaveLength(2);
  });

  it("are never of a day before the exchange began", async () => {
    const dir = folder();
    const { ledger } = await opened(dir, recordingParts().parts);
    ledger.append(line({ at: new Date(NOON_OF_NEXT_DAY).toISOString() }));
    await ledger.close();
    expect(ledgerFiles(dir)).toEqual(["usage-2026-11-24.jsonl"]);
  });

  it("begin a new line after a torn one", async () => {
    const dir = folder();
    const half = lineText(line()).slice(0, 40);
    writeFileSync(join(dir, "usage-2026-11-23.jsonl"), half);
    const { parts, events } = recordingParts();
    const { ledger } = await opened(dir, parts);
    ledger.append(line());
    await ledger.close();
    expect(textOf(dir)).toBe(`${half}\n${lineText(line())}`);
    expect(events).toEqual(["rebuilt: checkpoint missing", "skipped 1"]);
  });

  it("are made again when they were moved away", async () => {
    const dir = folder();
    const { ledger } = await opened(dir, recordingParts().parts);
    ledger.append(line({ request_id: "a" }));
    await ledger.flush();
    renameSync(join(dir, "usage-2026-11-23.jsonl"), join(dir, "moved"));
    ledger.append(line({ request_id: "b" }));
    await ledger.flush();
    expect(idsIn(dir)).toEqual(["b"]);
  });

  it("go when they are older than keep_days: at the start, and when the day changes", async () => {
    const dir = folder();
    const clock = handClock();
    for (const day of ["2026-11-19", "2026-11-20", "2026-11-21"]) {
      writeFileSync(join(dir, `usage-${day}.jsonl`), lineText(line({ at: `${day}T01:00:00.000Z` })));
    }
    writeFileSync(join(dir, "usage-2026-11-19.jsonl.gz"), "mine");
    const { ledger } = await opened(dir, recordingParts({ clock }).parts, 3);
    expect(ledgerFiles(dir)).toEqual(["usage-2026-11-20.jsonl", "usage-2026-11-21.jsonl"]);
    clock.time += DAY_MS;
    ledger.append(line());
    await ledger.flush();
    await vi.waitFor(() => expect(ledgerFiles(dir)).toEqual(["usage-2026-11-21.jsonl", "usage-2026-11-24.jsonl"]));
    expect(existsSync(join(dir, "usage-2026-11-19.jsonl.gz"))).toBe(true);
  });
});

const NOON_OF_NEXT_DAY = Date.UTC(2026, 10, 24, 12);

/** A disk that is full as long as the test says so. */
function disk() {
  return {
    full: false,
    async write(handle: FileHandle, bytes: Buffer): Promise<number> {
      if (this.full) throw Object.assign(new Error("full"), { code: "ENOSPC" });
      return (await handle.write(bytes)).bytesWritten;
    },
  };
}

describe("a disk that is full", () => {
  it("is told once, lines wait for it, and its end is told", async () => {
    const dir = folder();
    const device = disk();
    const { parts, events } = recordingParts({ write: (handle, bytes) => device.write(handle, bytes) });
    const { ledger } = await opened(dir, parts);
    device.full = true;
    for (const id of ["a", "b"]) {
      ledger.append(line({ request_id: id }));
      await ledger.flush();
    }
    expect(events).toEqual(["trouble ENOSPC"]);
    device.full = false;
    await ledger.flush();
    expect(events).toEqual(["trouble ENOSPC", "recovery 0"]);
    expect(idsIn(dir)).toEqual(["a", "b"]);
  });

  it("is tried again without being asked", async () => {
    const dir = folder();
    const device = disk();
    device.full = true;
    const times = { flushMs: 1, retryMs: 1 };
    const { parts, events } = recordingParts({ times, write: (handle, bytes) => device.write(handle, bytes) });
    const { ledger } = await opened(dir, parts);
    ledger.append(line());
    await vi.waitFor(() => expect(events).toEqual(["trouble ENOSPC"]));
    device.full = false;
    await vi.waitFor(() => expect(events).toEqual(["trouble ENOSPC", "recovery 0"]));
    expect(idsIn(dir)).toEqual(["r1"]);
  });

  it("costs 8 MiB of memory at most, then lines, and the number of these is told", async () => {
    const dir = folder();
    const device = disk();
    device.full = true;
    const { parts, events } = recordingParts({ write: (handle, bytes) => device.write(handle, bytes) });
    const { ledger } = await opened(dir, parts);
    const long = line({ model: "m".repeat(100_000) });
    for (let i = 0; i < 120; i++) ledger.append(long);
    await ledger.flush();
    const { lost } = ledger;
    expect(lost).toBeGreaterThan(30);
    device.full = false;
    await ledger.flush();
    expect(events).toEqual([expect.stringMatching(/^trouble /), `recovery ${lost}`]);
    expect(idsIn(dir)).toHaveLength(120 - lost);
  });

  it("costs the last lines at the end, and that is told", async () => {
    const dir = folder();
    const { parts, events } = recordingParts();
    const { ledger } = await opened(dir, parts);
    symlinkSync("/dev/full", join(dir, "usage-2026-11-23.jsonl"));
    ledger.append(line());
    ledger.append(line());
    await ledger.close();
    ledger.append(line());
    expect(events).toEqual(["trouble ENOSPC", "lost 2"]);
    expect(ledger.lost).toBe(3);
  });

  it("never glues lines together: each is whole, once, and in its order, whatever part of it a write takes", async () => {
    // Each step: how many bytes the next write takes; 0 is a full disk.
    const steps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1500 })), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 12 }), async (takes, counts) => {
        const dir = folder();
        const left = [...takes];
        const write = async (handle: FileHandle, bytes: Buffer) => {
          const take = left.shift() ?? bytes.length;
          if (take === 0) throw Object.assign(new Error("full"), { code: "ENOSPC" });
          return (await handle.write(bytes.subarray(0, take))).bytesWritten;
        };
        const clock = handClock();
        const { ledger } = await opened(dir, recordingParts({ write, clock }).parts);
        let id = 0;
        for (const count of counts) {
          for (let i = 0; i < count; i++) ledger.append(line({ request_id: `${id++}` }));
          clock.time += DAY_MS / 3;
          await ledger.flush();
        }
        left.length = 0;
        await ledger.close();
        expect(idsIn(dir)).toEqual(Array.from({ length: id }, (_, i) => `${i}`));
      }),
      { numRuns: 40 },
    );
  });

  it("repeats a line whose file is gone in the middle of it", async () => {
    const dir = folder();
    let room = 1000;
    const write = async (handle: FileHandle, bytes: Buffer) => {
      if (room === 0) throw Object.assign(new Error("full"), { code: "ENOSPC" });
      const { bytesWritten } = await handle.write(bytes.subarray(0, room));
      room -= bytesWritten;
      return bytesWritten;
    };
    const { ledger } = await opened(dir, recordingParts({ write }).parts);
    for (const id of ["a", "b", "c"]) ledger.append(line({ request_id: id }));
    await ledger.flush();
    const first = textOf(dir);
    expect(first.split("\n")).toHaveLength(3);
    unlinkSync(join(dir, "usage-2026-11-23.jsonl"));
    room = 10_000;
    await ledger.flush();
    expect(idsIn(dir)).toEqual(["c"]);
  });
});

describe("a folder that can't be used", () => {
  it.each([
    ["a file in its place", (dir: string) => writeFileSync(join(dir, "usage"), ""), "usage"],
    ["a file above it", (dir: string) => writeFileSync(join(dir, "usage"), ""), "usage/below"],
  ])("is refused: %s", async (_, make, name) => {
    const dir = folder();
    make(dir);
    const { parts } = recordingParts();
    const { openLedger } = await import("../../../src/runtime/usage/ledger/ledger.ts");
    const result = await openLedger({ dir: join(dir, name), keepDays: 1 }, parts);
    expect(result).toMatchObject({ ok: false, reason: "unusable", code: expect.stringMatching(/^E/) });
  });

  it.skipIf(process.getuid?.() === 0)("costs lines when it breaks later", async () => {
    const dir = folder();
    const { parts, events } = recordingParts();
    const { ledger } = await opened(dir, parts);
    chmodSync(dir, 0o500);
    ledger.append(line());
    await ledger.flush();
    expect(events).toEqual(["trouble EACCES"]);
    chmodSync(dir, 0o700);
    await ledger.flush();
    expect(events).toEqual(["trouble EACCES", "recovery 0"]);
  });
});
