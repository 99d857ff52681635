// An exchange holds one upstream slot through its attempts and waits; the slot moves with it to another upstream (contract, section 7).

import { expect, test } from "vitest";
import { within } from "../support/deadline.ts";
import { setScene, untilCounts, untilFree } from "../support/scene.ts";
import type { Play } from "../support/scripted-upstream.ts";
import { OK, plain, rate } from "./plays.ts";
import { poolConfig, RETRY, startPool } from "./pool.ts";
import { headOf, send } from "./run-case.ts";

const scene = setScene();

const HELD: Play = { pieces: [{ gate: "go" }, ...(OK.pieces ?? [])] };
const ONE_SLOT = ["upstream_key_max_inflight: 1"];
const QUEUE = ["concurrency: {queue: {max_waiting: 4, timeout_ms: 60000}}"];

test("the slot moves to the second upstream: the first one's is free for another request", async () => {
  const upstreams = [[plain(503), OK], [HELD]];
  const pool = await startPool(scene, { upstreams, shared: ONE_SLOT, top: QUEUE });
  const client = await scene.client(pool.gateway);
  await client.send(headOf("GET", { path: "/moved" }, []));
  await pool.upstream(1).attempt(1);
  expect(pool.gateway.limits.totals()).toMatchObject({ upstream: 1, waiting: 0 });
  expect((await send(scene, pool)).response.status).toBe(200);
  expect(pool.counts()).toEqual([2, 1]);
  expect(pool.gateway.limits.totals()).toMatchObject({ upstream: 1, waiting: 0 });
  pool.upstream(1).open("go");
  expect((await client.response()).status).toBe(200);
  await untilFree(pool.gateway);
});

test("a second upstream without a free slot is waited for", async () => {
  const upstreams = [[plain(503)], [HELD, OK]];
  const pool = await startPool(scene, { upstreams, shared: ONE_SLOT, top: QUEUE });
  const first = await scene.client(pool.gateway);
  await first.send(headOf("GET", { path: "/first" }, []));
  await pool.upstream(1).attempt(1);
  const second = await scene.client(pool.gateway);
  await second.send(headOf("GET", { path: "/second" }, []));
  await pool.upstream(0).attempt(2);
  await untilCounts(pool.gateway, ({ waiting }) => waiting === 1);
  expect(pool.counts()).toEqual([2, 1]);
  pool.upstream(1).open("go");
  expect((await first.response()).status).toBe(200);
  expect((await second.response()).status).toBe(200);
  expect(pool.counts()).toEqual([2, 2]);
  await untilFree(pool.gateway);
});

test("a client that leaves that queue frees its place, and the next one gets the slot", async () => {
  const upstreams = [[plain(503)], [HELD, OK]];
  const pool = await startPool(scene, { upstreams, shared: ONE_SLOT, top: QUEUE });
  const first = await scene.client(pool.gateway);
  await first.send(headOf("GET", { path: "/first" }, []));
  await pool.upstream(1).attempt(1);
  const leaving = await scene.client(pool.gateway);
  await leaving.send(headOf("GET", { path: "/leaving" }, []));
  await untilCounts(pool.gateway, ({ waiting }) => waiting === 1);
  leaving.reset();
  expect(await pool.gateway.completed((line) => line["path"] === "/up/leaving")).toMatchObject({
    outcome: "client_closed",
  });
  pool.upstream(1).open("go");
  expect((await first.response()).status).toBe(200);
  await untilFree(pool.gateway);
  expect(pool.counts()).toEqual([2, 1]);
});

test("two requests that need each other's slot don't wait for each other", async () => {
  const refused: Play = { pieces: [{ gate: "go" }, ...(plain(503).pieces ?? [])] };
  const upstreams = [
    [refused, OK],
    [refused, OK],
  ];
  const route = ["balance: round_robin"];
  const pool = await startPool(scene, { upstreams, shared: ONE_SLOT, top: QUEUE, route });
  const clients = [await scene.client(pool.gateway), await scene.client(pool.gateway)];
  for (const client of clients) await client.send(headOf("GET", {}, []));
  for (const index of [0, 1]) await pool.upstream(index).attempt(1);
  for (const index of [0, 1]) pool.upstream(index).open("go");
  for (const client of clients) expect((await client.response()).status).toBe(200);
  expect(pool.counts()).toEqual([2, 2]);
  await untilFree(pool.gateway);
});

test("an upstream that began to cool while it was waited for is passed over", async () => {
  const refused: Play = { pieces: [{ gate: "go" }, ...(rate("Retry-After: 60").pieces ?? [])] };
  const pool = await startPool(scene, {
    upstreams: [[plain(503)], [refused, OK], [HELD, OK]],
    retry: `${RETRY}, retry_on: ["503"]`,
    shared: ONE_SLOT,
    route: ["cooldown: {after_failures: 100}"],
    top: QUEUE,
  });
  const clients = [
    await scene.client(pool.gateway),
    await scene.client(pool.gateway),
    await scene.client(pool.gateway),
  ];
  const [first, second, third] = clients;
  await first?.send(headOf("GET", {}, []));
  await pool.upstream(1).attempt(1);
  await second?.send(headOf("GET", {}, []));
  await pool.upstream(2).attempt(1);
  await third?.send(headOf("GET", {}, []));
  await untilCounts(pool.gateway, ({ waiting }) => waiting === 1);
  pool.upstream(2).open("go");
  expect((await second?.response())?.status).toBe(200);
  await untilCounts(pool.gateway, ({ upstream }) => upstream === 1);
  pool.upstream(1).open("go");
  expect((await first?.response())?.status).toBe(429);
  expect((await third?.response())?.status).toBe(200);
  expect(pool.counts()).toEqual([3, 1, 2]);
  await untilFree(pool.gateway);
});

test("without a queue, an upstream without a free slot is passed over", async () => {
  const upstreams = [[HELD], [OK]];
  const pool = await startPool(scene, { upstreams, shared: ONE_SLOT });
  const first = await scene.client(pool.gateway);
  await first.send(headOf("GET", {}, []));
  await pool.upstream(0).attempt(1);
  expect((await send(scene, pool)).response.status).toBe(200);
  expect(pool.counts()).toEqual([1, 1]);
  pool.upstream(0).open("go");
  expect((await first.response()).status).toBe(200);
});

test("when no upstream has a free slot and there is no queue, the answer is ours", async () => {
  const pool = await startPool(scene, { upstreams: [[HELD], [HELD]], shared: ONE_SLOT });
  const clients = [await scene.client(pool.gateway), await scene.client(pool.gateway)];
  for (const client of clients) await client.send(headOf("GET", {}, []));
  await pool.upstream(0).attempt(1);
  await pool.upstream(1).attempt(1);
  const { response } = await send(scene, pool);
  expect([response.status, response.text]).toEqual([503, '{"error":"upstream_concurrency_exceeded"}']);
  for (const index of [0, 1]) pool.upstream(index).open("go");
  for (const client of clients) expect((await client.response()).status).toBe(200);
});

test("the slot is held during a wait at one upstream", async () => {
  const play: Play = { ...rate("Retry-After-Ms: 300", "Connection: close"), end: "close" };
  const pool = await startPool(scene, { upstreams: [[play, HELD]], shared: ONE_SLOT });
  const client = await scene.client(pool.gateway);
  await client.send(headOf("GET", { path: "/waits" }, []));
  await within("the answer to be read", (await pool.upstream(0).attempt(1)).ended);
  expect(pool.gateway.limits.totals()).toMatchObject({ upstream: 1 });
  expect((await send(scene, pool)).response.status).toBe(503);
  await pool.upstream(0).attempt(2);
  expect(pool.gateway.limits.totals()).toMatchObject({ upstream: 1 });
  pool.upstream(0).open("go");
  expect((await client.response()).status).toBe(200);
  await untilFree(pool.gateway);
});

test("many at once, with failures: never more than the limit at an upstream, and nothing is left", async () => {
  const most = [0, 0];
  const now = [0, 0];
  const counted = (index: 0 | 1, status: () => number) =>
    scene.upstream((req, res) => {
      now[index] = (now[index] ?? 0) + 1;
      most[index] = Math.max(most[index] ?? 0, now[index] ?? 0);
      res.once("close", () => {
        now[index] = (now[index] ?? 0) - 1;
      });
      req.resume();
      req.once("end", () => setImmediate(() => res.writeHead(status()).end("done")));
    });
  let asked = 0;
  const urls = [(await counted(0, () => (asked++ % 3 === 0 ? 503 : 200))).url, (await counted(1, () => 200)).url];
  const gateway = await scene.gateway(
    poolConfig(urls, {
      shared: ["upstream_key_max_inflight: 3"],
      route: ["balance: round_robin", "cooldown: {after_failures: 1000}"],
      top: ["concurrency: {queue: {max_waiting: 100, timeout_ms: 60000}}"],
    }),
  );
  const statuses = await Promise.all(
    Array.from({ length: 60 }, async () => {
      const client = await scene.client(gateway);
      await client.send(headOf("POST", {}, ["Content-Length: 2"]), "{}");
      return (await client.response("POST")).status;
    }),
  );
  expect(statuses).toEqual(Array(60).fill(200));
  expect(Math.max(...most)).toBeLessThanOrEqual(3);
  await untilFree(gateway);
});
