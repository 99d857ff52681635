// Tests the names of log files, which of them are deleted, and the text format of a line.

import { describe, expect, it, test } from "vitest";
import { lastNumber, logFileName, outdated, periodEnd } from "../../src/runtime/observe/logs/log-file-names.ts";
import { textLine } from "../../src/runtime/observe/logs/text-line.ts";

const AT = Date.parse("2026-11-23T23:59:58.500Z");

const DAILY = { prefix: "gw", rotation: "daily", maxBytes: undefined } as const;
const NEVER = { ...DAILY, rotation: "never" } as const;

describe("log file names", () => {
  test.each([
    ["minutely", "gw.2026-11-23-23-59.log", "2026-11-24T00:00:00.000Z"],
    ["hourly", "gw.2026-11-23-23.log", "2026-11-24T00:00:00.000Z"],
    ["daily", "gw.2026-11-23.log", "2026-11-24T00:00:00.000Z"],
  ] as const)("%s: %s until %s", (rotation, name, until) => {
    expect(logFileName({ prefix: "gw", rotation }, AT, 0)).toBe(name);
    expect(new Date(periodEnd({ rotation }, AT)).toISOString()).toBe(until);
  });

  it("are always the same without rotation", () => {
    expect(logFileName({ prefix: "gw", rotation: "never" }, AT, 0)).toBe("gw.log");
    expect(periodEnd({ rotation: "never" }, AT)).toBe(Infinity);
  });

  it("are deleted from the oldest on, and no other files", () => {
    const ours = ["gw.2026-11-21.log", "gw.2026-11-22.log", "gw.2026-11-23.log"];
    const others = ["gw.log", "gw.2026-11-01.log.gz", "gw.old.2026-11-01.log", "gw2.2026-11-01.log", "2026-11-01.log"];
    expect(outdated([...others, ...ours.toReversed()], { ...DAILY, maxFiles: 2 })).toEqual(["gw.2026-11-21.log"]);
    expect(outdated([...others, ...ours], { ...DAILY, maxFiles: 3 })).toEqual([]);
  });
});

describe("numbered log file names", () => {
  it("have the number behind the period", () => {
    const names = [0, 1, 12].flatMap((number) => [DAILY, NEVER].map((spec) => logFileName(spec, AT, number)));
    expect(names).toEqual([
      "gw.2026-11-23.log",
      "gw.log",
      "gw.2026-11-23.1.log",
      "gw.1.log",
      "gw.2026-11-23.12.log",
      "gw.12.log",
    ]);
  });

  it("are continued with the highest number of the same period", () => {
    const names = ["gw.2026-11-23.log", "gw.2026-11-23.9.log", "gw.2026-11-23.10.log", "gw.2026-11-22.31.log"];
    expect(lastNumber(names, DAILY, AT)).toBe(10);
    expect(lastNumber([...names, "gw.4.log", "gw.log", "gw.x.log", "gw.05.log", "gw.7.log.gz"], NEVER, AT)).toBe(4);
    expect(lastNumber(["gw.2026-11-23.log"], DAILY, AT)).toBe(0);
    expect(lastNumber([], NEVER, AT)).toBe(0);
  });

  it("are deleted from the oldest on: by period, then by number", () => {
    const days = ["gw.2026-11-22.log", "gw.2026-11-22.1.log", "gw.2026-11-23.log", "gw.2026-11-23.2.log"];
    const names = ["gw.2026-11-23.10.log", ...days.toReversed(), "gw.log", "gw.1.log", "gw.2026-11-23.01.log"];
    expect(outdated(names, { ...DAILY, maxFiles: 2 })).toEqual(days.slice(0, 3));
    expect(outdated(names, { ...NEVER, maxFiles: 1 })).toEqual(["gw.log"]);
  });
});

describe("a text line", () => {
  const line = (fields: object) =>
    JSON.stringify({ level: "warn", time: "2026-11-23T10:00:00.000Z", ...fields, msg: "request completed" });

  it("shows time, level, message and fields, but leaves out null", () => {
    expect(textLine(line({ method: "GET", route_id: null, status: 404, token: "tok***89#12ab34cd" }), false)).toBe(
      "2026-11-23T10:00:00.000Z WARN  request completed method=GET status=404 token=tok***89#12ab34cd\n",
    );
  });

  test.each([
    ["a line end", "/a\nb", '"/a\\nb"'],
    ["an escape", "/\u001b[31m", '"/\\u001b[31m"'],
    ["a space", "/a b", '"/a b"'],
    ["a quote", '/a"', '"/a\\""'],
    ["an equals sign", "/a=b", '"/a=b"'],
    ["nothing", "", '""'],
    ["a list", ["a", "b"], '["a","b"]'],
  ])("quotes %s", (_what, value, shown) => {
    expect(textLine(line({ value }), false).endsWith(` value=${shown}\n`)).toBe(true);
  });

  it("has colours for a terminal only", () => {
    expect(textLine(line({}), true)).toContain("\u001b[33mWARN \u001b[0m");
    expect(textLine(line({}), false)).not.toContain("\u001b");
  });
});
