#!/usr/bin/env node
// Runs the command line. Until `serve` handles SIGHUP, the signal would end the process, even under `nohup`: Node resets its handling.
process.on("SIGHUP", () => {});

const { main } = await import("../dist/cli/main.js");
await main(process.argv);
