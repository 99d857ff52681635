// Checks on the running Node that the flag of `serve` keeps V8 from making objects in the old generation, and that V8 does it
// without the flag (fact F27).

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepYoungObjectsYoung } from "../../src/cli/serve/young-objects.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Keeps all objects of one place for a while, then makes 1000 more, and prints how many of these are young. */
const KEEPS_OBJECTS = `
  if (process.argv[2]) require("node:v8").setFlagsFromString(process.argv[2]);
  const make = (i) => ({ i, next: undefined, at: [i, i + 1] });
  for (let round = 0; round < 6; round++) {
    const kept = [];
    for (let i = 0; i < 300_000; i++) kept.push(make(i));
  }
  let young = 0;
  for (let i = 0; i < 1000; i++) if (%InYoungGeneration(make(i))) young++;
  console.log(young);
`;

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "young-"));
  writeFileSync(join(dir, "keeps.cjs"), KEEPS_OBJECTS);
});
afterAll(() => rmSync(dir, { recursive: true }));

function youngObjects(...flags: string[]): number {
  const args = ["--allow-natives-syntax", join(dir, "keeps.cjs"), ...flags];
  return Number(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

test("V8 makes objects in the old generation without the flag, and none with it", () => {
  const flags: string[] = [];
  keepYoungObjectsYoung((flag) => flags.push(flag));
  expect(youngObjects(...flags)).toBe(1000);
  expect(youngObjects(), "V8 does not do it any more by itself: the flag may not be needed").toBe(0);
});

test("serve sets the flag before anything else", () => {
  const hook = join(dir, "hook.cjs");
  writeFileSync(hook, 'require("node:v8").setFlagsFromString = (flag) => console.error("flag " + flag);');
  const serve = [join(ROOT, "bin/ai-gw-lite.js"), "serve", "--config", join(dir, "missing.yaml")];
  const { stderr } = spawnSync(process.execPath, ["--require", hook, ...serve], { encoding: "utf8" });
  expect(stderr).toMatch(/^flag --no-allocation-site-pretenuring\n/);
});
