// What does a user's install get? The very versions that were tested: the package carries the runtime half of the lock file.
// Run by npm around packing: `node scripts/shrinkwrap.mjs write` before, `… remove` after.

import { readFileSync, rmSync, writeFileSync } from "node:fs";

const OUT = "npm-shrinkwrap.json";

if (process.argv[2] === "write") {
  // What an older build left behind is no part of the package.
  rmSync("dist", { recursive: true, force: true });
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const { devDependencies: _dev, ...root } = lock.packages[""];
  const kept = Object.entries(lock.packages).filter(([path, entry]) => path !== "" && !entry.dev);
  writeFileSync(OUT, `${JSON.stringify({ ...lock, packages: { "": root, ...Object.fromEntries(kept) } }, null, 2)}\n`);
} else {
  rmSync(OUT, { force: true });
}
