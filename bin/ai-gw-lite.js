#!/usr/bin/env node
// Until `serve` takes it over, a SIGHUP would end the process: Node resets it at start, `nohup` or not.
process.on("SIGHUP", () => {});

const { main } = await import("../dist/cli/main.js");
await main(process.argv);
