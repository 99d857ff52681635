#!/usr/bin/env node
// Runs the command line. Until `serve` handles SIGHUP, the signal would end the process, even under `nohup`: Node resets its handling.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

const PROGRAM = "../dist/ai-gw-lite.cjs";

process.on("SIGHUP", () => {});

// Not imported: Node would first search all of the file for what it exports, which takes longer than to run it.
const { main } = load();
await main(process.argv);

function load() {
  try {
    return createRequire(import.meta.url)(PROGRAM);
  } catch (err) {
    if (existsSync(new URL(PROGRAM, import.meta.url))) throw err;
    process.stderr.write("ai-gw-lite: this checkout is not built yet. Run: npm ci && npm run build\n");
    process.exit(2);
  }
}
