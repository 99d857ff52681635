// Checks the list of slow test files: each exists, and no file that needs a build is missing.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SLOW } from "./slow.ts";

const ROOT = join(import.meta.dirname, "..");
const NEEDS_BUILD = /from "[^"]*\/(?:built-gateway|gateway-process)\.ts"/;

const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".test.ts"))
  .map((path) => `test/${path.replaceAll("\\", "/")}`);

test("the list of slow tests names test files that exist, each once", () => {
  expect(SLOW.filter((path) => !files.includes(path))).toEqual([]);
  expect(new Set(SLOW).size).toBe(SLOW.length);
});

test("every test that needs a built gateway is on the list, so that `npm run test:fast` needs no build", () => {
  const building = files.filter((path) => NEEDS_BUILD.test(readFileSync(join(ROOT, path), "utf8")));
  expect(building.length).toBeGreaterThan(0);
  expect(building.filter((path) => !SLOW.includes(path))).toEqual([]);
});
