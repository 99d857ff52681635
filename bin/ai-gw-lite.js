#!/usr/bin/env node
// Runs the command line. Until `serve` handles SIGHUP, the signal would end the process, even under `nohup`: Node resets its handling.
import { createRequire } from "node:module";

process.on("SIGHUP", () => {});

// Not imported: Node would first search all of the file for what it exports, which takes longer than to run it.
const { main } = createRequire(import.meta.url)("../dist/ai-gw-lite.cjs");
await main(process.argv);
