// What was kept of a request body for a replay is freed when the response begins: a stream may then take hours.

import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { PATIENCE_MS } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
const MIB = 1024 * 1024;
const UPLOADS = 16;

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

test("no body is kept once its stream has begun", async () => {
  const warming: ServerResponse[] = [];
  const upstream = await scene.upstream(
    (req, res) => {
      if (req.method === "GET") {
        // Only when all are here, so that there is a connection for each.
        if (warming.push(res) === UPLOADS) for (const each of warming) each.end("ok");
        return;
      }
      req.resume();
      req.once("end", () => {
        res.writeHead(200, { "content-type": "text/event-stream" });
        res.write("data: 1\n\n");
      });
    },
    { body: "leave" },
  );
  // So long that only the response frees what was kept.
  const gateway = await scene.gateway({ base: upstream.url }, { times: { idle: { replayMs: 600_000 } } });
  const clients = await Promise.all(Array.from({ length: UPLOADS }, () => scene.client(gateway)));
  // Bodies are kept on reused connections only.
  await Promise.all(clients.map((client) => client.send(requestText("GET", "/up/warm", [AUTH]))));
  await Promise.all(clients.map((client) => client.response()));
  expect(upstream.connections).toBe(UPLOADS);
  gc();
  const before = process.memoryUsage().arrayBuffers;
  const lines = [AUTH, `Content-Length: ${MIB}`];
  await Promise.all(
    clients.map((client) => client.send(requestText("POST", "/up/x", lines), Buffer.alloc(MIB).toString("latin1"))),
  );
  await Promise.all(clients.map((client) => client.untilText("data: 1\n\n")));
  expect(upstream.connections).toBe(UPLOADS);
  await untilFreed(before);
});

/** How many bytes more than before are in buffers. */
function kept(before: number): number {
  return process.memoryUsage().arrayBuffers - before;
}

/** What is still in use by sockets is freed a little later. */
async function untilFreed(before: number): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (gc(); kept(before) > (UPLOADS * MIB) / 4; gc()) {
    if (performance.now() > end) throw new Error(`${kept(before)} bytes are kept`);
    await sleep(20);
  }
}
