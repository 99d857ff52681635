// A request body that is kept for another attempt is freed at the first byte of the response: a stream may then take hours.

import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { PATIENCE_MS } from "../support/deadline.ts";
import { setScene } from "../support/scene.ts";
import { poolConfig } from "./pool.ts";
import { headOf } from "./run-case.ts";

const scene = setScene();
const MIB = 1024 * 1024;
const UPLOADS = 16;

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

test.each([
  ["one upstream", 1, false],
  ["one upstream, after a retry", 1, true],
  ["a pool", 2, false],
  ["a pool, after a retry", 2, true],
] as const)("no body is kept once its stream has begun: %s", async (_name, upstreams, retried) => {
  let refused = 0;
  const upstream = await scene.upstream(
    (req, res) => {
      req.resume();
      req.once("end", () => {
        if (retried && refused++ < UPLOADS) return void res.writeHead(503).end("later");
        res.writeHead(200, { "content-type": "text/event-stream" });
        res.write("data: 1\n\n");
      });
    },
    { body: "leave" },
  );
  const urls = Array.from({ length: upstreams }, () => upstream.url);
  const gateway = await scene.gateway(
    poolConfig(urls, { retry: "backoff_ms: 1, max_attempts: 5", route: ["cooldown: {after_failures: 1000}"] }),
  );
  const clients = await Promise.all(Array.from({ length: UPLOADS }, () => scene.client(gateway)));
  const body = Buffer.alloc(MIB, "x");
  gc();
  const before = process.memoryUsage().arrayBuffers;
  const head = headOf("POST", {}, [`Content-Length: ${MIB}`]);
  await Promise.all(clients.map((client) => client.send(head, body)));
  await Promise.all(clients.map((client) => client.untilText("data: 1\n\n")));
  await untilFreed(before);
  expect(refused).toBe(retried ? 2 * UPLOADS : 0);
});

/** What is still in use by sockets is freed a little later. */
async function untilFreed(before: number): Promise<void> {
  const kept = (): number => process.memoryUsage().arrayBuffers - before;
  const end = performance.now() + PATIENCE_MS;
  for (gc(); kept() > (UPLOADS * MIB) / 4; gc()) {
    if (performance.now() > end) throw new Error(`${kept()} bytes are kept`);
    await sleep(20);
  }
}
