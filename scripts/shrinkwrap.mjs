// Adds the runtime part of the lock file to the package, so that users install exactly the versions that were tested.
// npm runs `node scripts/shrinkwrap.mjs write` before packing and `node scripts/shrinkwrap.mjs remove` after it.

import { readFileSync, rmSync, writeFileSync } from "node:fs";

const OUT = "npm-shrinkwrap.json";

if (process.argv[2] === "write") {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const { devDependencies: _dev, ...root } = lock.packages[""];
  const kept = Object.entries(lock.packages).filter(([path, entry]) => path !== "" && !entry.dev);
  writeFileSync(OUT, `${JSON.stringify({ ...lock, packages: { "": root, ...Object.fromEntries(kept) } }, null, 2)}\n`);
} else {
  rmSync(OUT, { force: true });
}
