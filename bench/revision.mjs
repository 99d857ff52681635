// Builds the gateway of a given commit in a folder of its own, so that it can be measured beside the one of this checkout.

import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { LOAD_CORE, run } from "./processes.mjs";
import { ROOT } from "./targets.mjs";

const BUILD_MS = 600_000;

/**
 * Clones this repository into `dir`, which its owner removes, and builds `revision` there. The clone leaves no trace in the repository itself.
 * @param {string} revision anything that git understands
 * @param {string} dir
 * @returns {Promise<{ folder: string, commit: string }>}
 * @throws {Error} if git does not know the revision, or the build fails
 */
export async function buildRevision(revision, dir) {
  const said = spawnSync("git", ["-C", ROOT, "rev-parse", "--verify", "--quiet", `${revision}^{commit}`]);
  const commit = String(said.stdout ?? "").trim();
  if (commit === "") throw new Error(`git does not know the revision ${revision}`);
  const folder = join(dir, "revision");
  await step("git", ["clone", "--quiet", "--shared", "--no-checkout", ROOT, folder]);
  await step("git", ["-C", folder, "checkout", "--quiet", "--detach", commit]);
  const lock = (/** @type {string} */ root) => readFileSync(join(root, "package-lock.json"), "utf8");
  if (lock(folder) === lock(ROOT)) symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  else await step("npm", ["ci", "--no-audit", "--no-fund", "--prefix", folder]);
  await step("npm", ["run", "--silent", "build", "--prefix", folder]);
  return { folder, commit };
}

/** @param {string} program @param {readonly string[]} args */
async function step(program, args) {
  await run([program, ...args], { core: LOAD_CORE, timeoutMs: BUILD_MS, hasChildren: true });
}
