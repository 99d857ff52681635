// Checks that the generated files are up to date with the schema and the table of codes.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const GEN = fileURLToPath(new URL("../../scripts/gen.mjs", import.meta.url));

test("the generated files are up to date", () => {
  expect(() => execFileSync(process.execPath, [GEN, "--check"], { stdio: "pipe" })).not.toThrow();
});
