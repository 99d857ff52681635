// Tests log files of a bounded size, on a real disk: which lines are in which file, what a restart does, which files are kept.

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LogFileSpec } from "../../src/plan/observability.ts";
import { RotatingFile } from "../../src/runtime/observe/logs/rotating-file.ts";
import { until } from "../support/deadline.ts";

const START = Date.parse("2026-11-23T10:00:00.000Z");
const DAY = 86_400_000;
const MAX = 100;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gateway-log-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const clock = { at: START, now: () => clock.at };

/** Opens the log of a process; what it reports is a failure of the test. */
function open(spec: Partial<LogFileSpec> = {}): RotatingFile {
  clock.at = START;
  const whole: LogFileSpec = { dir, prefix: "gw", rotation: "daily", maxBytes: MAX, maxFiles: 500, ...spec };
  const complain = (what: string | number) => expect.unreachable(`the log reported ${what}`);
  return new RotatingFile(whole, clock, { onTrouble: complain, onRecovery: complain });
}

/** A line of this many bytes that begins with a number. */
const line = (number: number, bytes: number) => `${`${number} `.padEnd(bytes - 1, "x")}\n`;

/** The files of a folder with the numbers of their lines. */
function contents(folder: string = dir): Record<string, number[]> {
  const numbers = (name: string) =>
    readFileSync(join(folder, name), "utf8")
      .trimEnd()
      .split("\n")
      .map((text) => Number.parseInt(text, 10));
  return Object.fromEntries(readdirSync(folder).map((name) => [name, numbers(name)]));
}

async function log(file: RotatingFile, lines: readonly string[]): Promise<void> {
  for (const text of lines) file.write(text);
  await file.close(5000);
}

describe("a log file of bounded size", () => {
  it("is followed by the next one when a line would make it too large, and may be filled exactly", async () => {
    await log(open(), [line(1, 40), line(2, 60), line(3, 50), line(4, 51), line(5, 10)]);
    expect(contents()).toEqual({
      "gw.2026-11-23.log": [1, 2],
      "gw.2026-11-23.1.log": [3],
      "gw.2026-11-23.2.log": [4, 5],
    });
    expect(statSync(join(dir, "gw.2026-11-23.log")).size).toBe(MAX);
  });

  it("is measured in bytes, not in characters", async () => {
    await log(open(), ["1 日本語日本語日本語日本語日本語\n", "2 日本語日本語日本語日本語日本語\n", "3\n"]);
    // Each of the first two has 48 bytes and 18 characters.
    expect(contents()).toEqual({ "gw.2026-11-23.log": [1, 2, 3] });
    rmSync(dir, { recursive: true });
    await log(open({ maxBytes: 95 }), ["1 日本語日本語日本語日本語日本語\n", "2 日本語日本語日本語日本語日本語\n"]);
    expect(contents()).toEqual({ "gw.2026-11-23.log": [1], "gw.2026-11-23.1.log": [2] });
  });

  it("has a line to itself that is longer than the bound", async () => {
    await log(open(), [line(1, 500), line(2, 30), line(3, 700), line(4, 30), line(5, 30)]);
    expect(contents()).toEqual({
      "gw.2026-11-23.log": [1],
      "gw.2026-11-23.1.log": [2],
      "gw.2026-11-23.2.log": [3],
      "gw.2026-11-23.3.log": [4, 5],
    });
  });

  it("loses no line and keeps their order, however the lines arrive", async () => {
    const file = open({ maxBytes: 10_000 });
    for (let number = 0; number < 5000; number++) {
      file.write(line(number, 20 + (number % 180)));
      if (number % 97 === 0) await new Promise(setImmediate);
    }
    await file.close(10_000);
    const files = Array.from({ length: readdirSync(dir).length }, (_, number) =>
      number === 0 ? "gw.2026-11-23.log" : `gw.2026-11-23.${number}.log`,
    );
    expect(files.length).toBeGreaterThan(50);
    const all = contents();
    expect(files.flatMap((name) => all[name] ?? [])).toEqual(Array.from({ length: 5000 }, (_, number) => number));
    for (const name of files) expect(statSync(join(dir, name)).size).toBeLessThanOrEqual(10_000);
    for (const name of files.slice(0, -1)) expect(statSync(join(dir, name)).size).toBeGreaterThan(9800);
  });

  it("is continued after a restart, as long as it is not full", async () => {
    await log(open(), [line(1, 80), line(2, 80), line(3, 50)]);
    await log(open(), [line(4, 50), line(5, 50)]);
    await log(open(), [line(6, 51)]);
    expect(contents()).toEqual({
      "gw.2026-11-23.log": [1],
      "gw.2026-11-23.1.log": [2],
      "gw.2026-11-23.2.log": [3, 4],
      "gw.2026-11-23.3.log": [5],
      "gw.2026-11-23.4.log": [6],
    });
  });

  it("is followed by the file of the next period, which begins without a number", async () => {
    const file = open();
    for (const text of [line(1, 80), line(2, 80)]) file.write(text);
    clock.at += DAY;
    await log(file, [line(3, 80), line(4, 80)]);
    expect(contents()).toEqual({
      "gw.2026-11-23.log": [1],
      "gw.2026-11-23.1.log": [2],
      "gw.2026-11-24.log": [3],
      "gw.2026-11-24.1.log": [4],
    });
  });

  it.each(["daily", "never"] as const)(
    "is deleted with rotation %s when there are max_files newer ones",
    async (rotation) => {
      const name = (number: number) =>
        `gw${rotation === "never" ? "" : ".2026-11-23"}${number === 0 ? "" : `.${number}`}.log`;
      writeFileSync(join(dir, "gw.log.1"), "of another program");
      const file = open({ rotation, maxFiles: 3 });
      for (let number = 0; number < 12; number++) file.write(line(number, 90));
      await file.close(5000);
      await until("old files to be gone", () => readdirSync(dir).length === 4);
      expect(readdirSync(dir).sort()).toEqual([name(9), name(10), name(11), "gw.log.1"].sort());
      expect(contents()[name(11)]).toEqual([11]);
      // A restart continues after the numbers that are gone.
      await log(open({ rotation, maxFiles: 3 }), [line(12, 90)]);
      expect(contents()[name(12)]).toEqual([12]);
    },
  );

  it("is created again when it was moved away, with the same number", async () => {
    const file = open();
    for (const text of [line(1, 80), line(2, 40)]) file.write(text);
    const current = join(dir, "gw.2026-11-23.1.log");
    await until("the second file", () => contents()["gw.2026-11-23.1.log"]?.[0] === 2);
    renameSync(current, join(dir, "moved"));
    clock.at += 1000;
    file.write(line(3, 10));
    await until("the file to be there again", () => readdirSync(dir).includes("gw.2026-11-23.1.log"));
    await log(file, [line(4, 90)]);
    expect(contents()).toEqual({ "gw.2026-11-23.log": [1], moved: [2, 3], "gw.2026-11-23.1.log": [4] });
  });

  it("keeps its bound on a disk that was full for a while", async () => {
    const blocked = join(dir, "logs");
    writeFileSync(blocked, "a file where the folder should be");
    const reported: (string | number)[] = [];
    clock.at = START;
    const file = new RotatingFile(
      { dir: blocked, prefix: "gw", rotation: "never", maxBytes: MAX, maxFiles: 50 },
      clock,
      { onTrouble: (code) => reported.push(code), onRecovery: (lost) => reported.push(lost) },
    );
    for (let number = 0; number < 10; number++) file.write(line(number, 60));
    await until("trouble", () => reported.length > 0);
    rmSync(blocked);
    mkdirSync(blocked);
    await file.close(5000);
    expect(reported).toEqual(["ENOTDIR", 0]);
    const files = contents(blocked);
    expect(Object.values(files).flat().sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(Object.keys(files)).toHaveLength(10);
  });
});
