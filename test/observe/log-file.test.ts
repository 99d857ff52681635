// Tests what can happen to a log file. At worst lines are lost, and only those that did not fit into the buffer.

import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LogFileSpec } from "../../src/plan/observability.ts";
import { LineWriter } from "../../src/runtime/observe/logs/line-writer.ts";
import { RotatingFile } from "../../src/runtime/observe/logs/rotating-file.ts";
import { until, within } from "../support/deadline.ts";

const START = Date.parse("2026-11-23T23:59:30.000Z");
const MINUTE = 60_000;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gateway-log-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A rotating file on a clock that the test sets, with the troubles it reported. */
function open(spec: Partial<LogFileSpec> = {}) {
  const reported: string[] = [];
  const clock = { at: START, now: () => clock.at };
  const whole: LogFileSpec = {
    dir: join(dir, "logs"),
    prefix: "gw",
    rotation: "minutely",
    maxBytes: undefined,
    maxFiles: 3,
    ...spec,
  };
  const file = new RotatingFile(whole, clock, {
    onTrouble: (code) => reported.push(code),
    onRecovery: (lost) => reported.push(`recovered, ${lost} lost`),
  });
  return { file, clock, reported, dir: whole.dir };
}

const read = (...path: string[]) => readFileSync(join(dir, "logs", ...path), "utf8");

/** The names of the log files; none when the folder is missing. */
function names(): string[] {
  const logs = join(dir, "logs");
  return existsSync(logs) ? readdirSync(logs).sort() : [];
}

describe("a rotating file", () => {
  it("writes each line to the file of its minute, in order, and keeps max_files files", async () => {
    const { file, clock, reported } = open();
    for (let minute = 0; minute < 5; minute++) {
      clock.at = START + minute * MINUTE;
      file.write(`first of ${minute}\n`);
      file.write(`second of ${minute}\n`);
      await until("the file to exist", () => names().length >= Math.min(minute + 1, 3));
    }
    await file.close(2000);
    await until("old files to be gone", () => names().length === 3);
    expect(names()).toEqual(["gw.2026-11-24-00-01.log", "gw.2026-11-24-00-02.log", "gw.2026-11-24-00-03.log"]);
    expect(read("gw.2026-11-24-00-03.log")).toBe("first of 4\nsecond of 4\n");
    expect(reported).toEqual([]);
  });

  it("appends to the file of an earlier process", async () => {
    const first = open({ rotation: "never" });
    first.file.write("before\n");
    await first.file.close(2000);
    const second = open({ rotation: "never" });
    second.file.write("after\n");
    await second.file.close(2000);
    expect(read("gw.log")).toBe("before\nafter\n");
  });

  it("is created again with its folder, a second after both were deleted", async () => {
    const { file, clock, dir: logs, reported } = open();
    file.write("one\n");
    // The first line is on disk: the writer waits for the next one.
    await until("the line", () => names().length === 1 && read("gw.2026-11-23-23-59.log") === "one\n");
    rmSync(logs, { recursive: true });
    clock.at += 1000;
    file.write("this line starts the check, and is lost with the folder\n");
    await until("the folder", () => names().length === 1);
    file.write("two\n");
    await file.close(2000);
    expect(read("gw.2026-11-23-23-59.log")).toBe("two\n");
    expect(reported).toEqual([]);
  });

  it("starts a new file after the old one was moved, as logrotate does", async () => {
    const { file, clock, dir: logs } = open({ rotation: "never" });
    file.write("one\n");
    await until("the line", () => names().length === 1 && read("gw.log") === "one\n");
    renameSync(join(logs, "gw.log"), join(logs, "gw.log.1"));
    clock.at += 1000;
    file.write("two\n");
    await until("the new file", () => names().includes("gw.log"));
    file.write("three\n");
    await file.close(2000);
    expect([read("gw.log.1"), read("gw.log")]).toEqual(["one\ntwo\n", "three\n"]);
  });

  it("keeps lines while its folder can't be created, reports that once, and writes them later", async () => {
    writeFileSync(join(dir, "logs"), "a file where the folder should be");
    const { file, reported } = open();
    for (let i = 0; i < 100; i++) file.write(`line ${i}\n`);
    await until("trouble", () => reported.length > 0);
    rmSync(join(dir, "logs"));
    await until("recovery", () => reported.length > 1);
    await file.close(2000);
    expect(reported).toEqual(["ENOTDIR", "recovered, 0 lost"]);
    expect(read("gw.2026-11-23-23-59.log").split("\n")).toHaveLength(101);
  });

  it("survives a full disk: reports it once, buffers a limited amount, and does not hang at the end", async () => {
    const logs = join(dir, "logs");
    const { file, reported } = open({ rotation: "never" });
    await until("the folder", () => names().length === 1);
    rmSync(join(logs, "gw.log"));
    symlinkSync("/dev/full", join(logs, "gw.log"));
    const full = open({ rotation: "never" });
    const line = `${"x".repeat(1023)}\n`;
    full.file.write(line);
    await until("trouble", () => full.reported.length > 0);
    for (let i = 0; i < 40_000; i++) full.file.write(line);
    full.file.flush();
    const before = process.memoryUsage().heapUsed;
    await full.file.close(200);
    expect(full.reported).toEqual(["ENOSPC"]);
    expect(before).toBeLessThan(400 * 1024 * 1024);
    await file.close(200);
    expect(reported).toEqual([]);
  });
});

describe("a line writer", () => {
  const events = { onTrouble: () => {}, onRecovery: () => {} };

  it("flushes everything at once, also before the file is open", async () => {
    const path = join(dir, "deep", "er", "lines.log");
    const writer = new LineWriter(path, events);
    for (let i = 0; i < 1000; i++) writer.write(`${i}\n`);
    writer.flushSync();
    expect(readFileSync(path, "utf8")).toBe(Array.from({ length: 1000 }, (_, i) => `${i}\n`).join(""));
    await writer.end(5000);
  });

  it("is closed for everyone who asks, at the end of the last line", async () => {
    const writer = new LineWriter(join(dir, "lines.log"), events);
    writer.write("one\n");
    // A file that was replaced is closing already when the process ends.
    const replaced = writer.end(60_000);
    await within("the end of the process", writer.end(60_000));
    await within("the end of the file", replaced);
    await within("a closed file", writer.end(60_000));
  });

  it("loses no line and repeats none, with flushes in between", async () => {
    const path = join(dir, "lines.log");
    const writer = new LineWriter(path, events);
    for (let i = 0; i < 5000; i++) {
      writer.write(`${i} ü\n`);
      if (i % 700 === 0) await new Promise(setImmediate);
      if (i % 1900 === 0) writer.flushSync();
    }
    await writer.end(5000);
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(lines.map((line) => Number.parseInt(line, 10)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 5000 }, (_, i) => i),
    );
  });
});
