// What is held of request bodies is bounded by `models.scan_bytes` for each exchange, is freed when the body goes on, and costs
// little more than its own bytes (contract, section 12).

import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { PATIENCE_MS, until } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilCounts } from "../support/scene.ts";
import { serverSockets } from "../support/server-sockets.ts";
import { as, clientLines } from "./clients.ts";

const scene = setScene();
const KIB = 1024;
const UPLOADS = 24;
const SCAN_BYTES = 512 * KIB;
/** What one read of a socket brings at most. It may go beyond the bound. */
const READ_BYTES = 64 * KIB;

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

const top = (scanBytes: number): string[] => [
  ...clientLines({ scoped: "models: [gpt-5]" }),
  `models: {scan_bytes: ${scanBytes}}`,
];
const FIRST = '{"model":"gpt-5","input":"';
const head = (length: number): string =>
  requestText("POST", "/up/v1/x", [as("scoped"), "Content-Type: application/json", `Content-Length: ${length}`]);

test("slow uploads hold no more than the bound each, and nothing after it is reached", async () => {
  const upstream = await scene.upstream((req) => void req.resume(), { body: "leave" });
  const gateway = await scene.gateway({ base: upstream.url, top: top(SCAN_BYTES) });
  const clients = await Promise.all(Array.from({ length: UPLOADS }, () => scene.client(gateway)));
  const block = Buffer.alloc(SCAN_BYTES - KIB, "x");
  const before = await atRest();
  await Promise.all(clients.map((client) => client.send(head(64 * 1024 * KIB), FIRST, block)));
  // All that was sent is held: that shows that the figure below would show it, too, if it were more than the bound.
  await untilKept(before, (bytes) => bytes > 0.9 * UPLOADS * SCAN_BYTES);
  expect(upstream.requests.length).toBe(0);
  expect(kept(before)).toBeLessThan(UPLOADS * (SCAN_BYTES + READ_BYTES));
  // The bound is reached: what was held goes on, and so does the rest.
  await Promise.all(clients.map((client) => client.send(block.subarray(0, 2 * KIB))));
  for (let n = 0; n < UPLOADS; n++) await upstream.nextRequest();
  await untilKept(before, (bytes) => bytes < 0.1 * UPLOADS * SCAN_BYTES);
  // Much more of the body is sent, and it is not held.
  await Promise.all(clients.map((client) => client.send(block, block)));
  await untilKept(before, (bytes) => bytes < 0.1 * UPLOADS * SCAN_BYTES);
  expect(gateway.host.inFlight).toBe(UPLOADS);
});

test("uploads whose clients leave are freed", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url, top: top(SCAN_BYTES) });
  const clients = await Promise.all(Array.from({ length: UPLOADS }, () => scene.client(gateway)));
  const block = Buffer.alloc(SCAN_BYTES - KIB, "x");
  const before = await atRest();
  await Promise.all(clients.map((client) => client.send(head(64 * 1024 * KIB), FIRST, block)));
  await untilKept(before, (bytes) => bytes > 0.9 * UPLOADS * SCAN_BYTES);
  for (const client of clients) client.reset();
  await untilCounts(gateway, ({ inFlight }) => inFlight === 0);
  await untilKept(before, (bytes) => bytes < 0.1 * UPLOADS * SCAN_BYTES);
  expect(upstream.requests.length).toBe(0);
});

test("an upload that comes byte by byte costs little more than its bytes", async () => {
  const pieces = 4000;
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url, top: top(SCAN_BYTES) });
  const sockets = serverSockets(gateway);
  const clients = await Promise.all(Array.from({ length: 4 }, () => scene.client(gateway)));
  await Promise.all(clients.map((client) => client.send(head(pieces + FIRST.length + 1), FIRST)));
  gc();
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < pieces; n++) {
    // Not `send`, which would keep some memory of its own for each piece.
    for (const { socket } of clients) socket.write("x");
    await new Promise(setImmediate);
  }
  const sent = head(0).length + 3 + FIRST.length + pieces;
  await until("all pieces to be read", () => sockets.every(({ bytesRead }) => bytesRead >= sent));
  gc();
  expect(upstream.requests.length).toBe(0);
  // Kept as they came, these pieces would cost more than 100 bytes each.
  expect((process.memoryUsage().heapUsed - before) / (pieces * clients.length)).toBeLessThan(50);
});

/** What is in use once the test before has been freed. */
async function atRest(): Promise<number> {
  let before = Number.POSITIVE_INFINITY;
  for (let now = kept(0); now < before; now = kept(0)) {
    before = now;
    await sleep(20);
  }
  return before;
}

function kept(before: number): number {
  gc();
  return process.memoryUsage().arrayBuffers - before;
}

/** What is still in use by sockets is freed a little later. */
async function untilKept(before: number, isWanted: (bytes: number) => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!isWanted(kept(before))) {
    if (performance.now() > end) throw new Error(`${kept(before)} bytes are kept`);
    await sleep(20);
  }
}
