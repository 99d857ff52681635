// Checks that `check` prints the reviewed output for every fixture. `UPDATE_GOLDEN=1` rewrites it: review the diff.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CODES } from "../../src/compiler/index.ts";
import { FIXTURES, run } from "./fixtures.ts";

const UPDATE = process.env["UPDATE_GOLDEN"] === "1";

describe("golden fixtures", () => {
  test("there are at least 120, and every code has some", () => {
    expect(FIXTURES.length).toBeGreaterThanOrEqual(120);
    expect(new Set(FIXTURES.map(({ code }) => code))).toEqual(new Set(Object.keys(CODES)));
  });

  test("every code has one sample for the documentation", () => {
    const samples = FIXTURES.filter(({ sample }) => sample).map(({ code }) => code);
    expect(samples).toEqual([...new Set(samples)]);
    expect(new Set(samples)).toEqual(new Set(Object.keys(CODES)));
  });

  test.each(FIXTURES)("$code $name", async (fixture) => {
    const file = join(fixture.folder, "expected.txt");
    const printed = await run(fixture, "config.yaml", "text");
    if (UPDATE) writeFileSync(file, printed);
    expect(printed).toContain(` ${fixture.code}: `);
    expect(existsSync(file) ? readFileSync(file, "utf8") : undefined).toBe(printed);
  });

  test.each(FIXTURES.filter(({ sample }) => sample))("$code: the right sample has no such finding", async (fixture) => {
    const printed = await run(fixture, "right.yaml", "text");
    expect(printed).not.toContain(` ${fixture.code}: `);
    expect(printed.match(/^\S+ error .*/gm)).toBeNull();
  });
});
