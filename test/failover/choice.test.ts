// What a pool remembers from one request to the next: who cools, for how long, and where a client or a session stays.

import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { setScene } from "../support/scene.ts";
import type { Play } from "../support/scripted-upstream.ts";
import { OK, openaiQuota, plain, RESET_AFTER_REQUEST, rate } from "./plays.ts";
import { type PoolParts, RETRY, type StartedPool, startPool } from "./pool.ts";
import { type CaseRequest, send } from "./run-case.ts";

const scene = setScene();

interface Sequence extends PoolParts {
  readonly name: string;
  readonly requests: number;
  readonly statuses?: readonly number[];
  readonly asked: readonly number[];
}

const repeat = (play: Play, times: number): Play[] => Array.from({ length: times }, () => play);

const SEQUENCES: readonly Sequence[] = [
  {
    name: "a told wait: the first upstream cools",
    upstreams: [[rate("Retry-After: 60"), OK], [OK]],
    requests: 3,
    asked: [1, 3],
  },
  {
    name: "a 503 with a wait",
    upstreams: [[plain(503, "Retry-After: 60"), OK], [OK]],
    requests: 3,
    asked: [1, 3],
  },
  { name: "a spent quota", upstreams: [[openaiQuota(), OK], [OK]], requests: 3, asked: [1, 3] },
  { name: "a refused key", upstreams: [[plain(401), OK], [OK]], requests: 3, asked: [1, 3] },
  { name: "402", upstreams: [[plain(402), OK], [OK]], requests: 3, asked: [1, 3] },
  {
    name: "a 403 cools nothing",
    upstreams: [[plain(403)], [OK]],
    requests: 5,
    statuses: repeatStatus(403, 5),
    asked: [5, 0],
  },
  {
    name: "a 404 cools nothing",
    upstreams: [[plain(404)], [OK]],
    requests: 5,
    statuses: repeatStatus(404, 5),
    asked: [5, 0],
  },
  {
    name: "three failures in a row",
    upstreams: [[...repeat(plain(503), 3), OK], [OK]],
    requests: 6,
    asked: [3, 6],
  },
  {
    name: "failures that are not in a row",
    upstreams: [[plain(503), plain(503), OK], [OK]],
    requests: 6,
    asked: [6, 2],
  },
  {
    name: "a 500 counts as a failure, though it is passed on",
    upstreams: [[plain(500)], [OK]],
    requests: 5,
    statuses: [500, 500, 500, 200, 200],
    asked: [3, 2],
  },
  {
    name: "a 400 is no failure",
    upstreams: [[plain(400)], [OK]],
    requests: 5,
    statuses: repeatStatus(400, 5),
    asked: [5, 0],
  },
  {
    name: "when all cool, the one that is well soonest is asked, once",
    upstreams: [[rate("Retry-After: 100")], [rate("Retry-After: 60")]],
    requests: 3,
    statuses: repeatStatus(429, 3),
    asked: [1, 3],
  },
  {
    name: "one upstream never cools",
    upstreams: [[rate("Retry-After: 60"), plain(500), OK]],
    requests: 3,
    statuses: [429, 500, 200],
    asked: [3],
  },
  {
    name: "limits that are used up cool the upstream until their reset",
    upstreams: [[plain(200, "X-Ratelimit-Remaining-Requests: 0", "X-Ratelimit-Reset-Requests: 1m0s"), OK], [OK]],
    requests: 3,
    asked: [1, 2],
  },
  {
    name: "round_robin takes turns",
    upstreams: [[OK], [OK]],
    route: ["balance: round_robin"],
    requests: 6,
    asked: [3, 3],
  },
  {
    name: "round_robin by weight",
    upstreams: [[OK], [OK]],
    items: ["weight: 3"],
    route: ["balance: round_robin"],
    requests: 8,
    asked: [6, 2],
  },
];

function repeatStatus(status: number, times: number): number[] {
  return Array.from({ length: times }, () => status);
}

test.each(SEQUENCES.map((row) => [row.name, row] as const))("%s", async (_name, row) => {
  const pool = await startPool(scene, row);
  expect(await statusesOf(pool, row.requests)).toEqual(row.statuses ?? repeatStatus(200, row.requests));
  expect(pool.counts()).toEqual(row.asked);
});

test.each([
  ["a spent quota", openaiQuota()],
  ["a refused key", plain(401)],
])("%s: it cools for `max_ms`, though that is longer than an hour", async (_name, play) => {
  const route = ["cooldown: {max_ms: 7200000}"];
  const pool = await startPool(scene, { upstreams: [[play], [OK]], route });
  const before = Date.now();
  expect(await statusesOf(pool, 1)).toEqual([200]);
  const [first] = pool.gateway.limits.health(before);
  expect(first?.untilMs).toBeGreaterThanOrEqual(before + 7_200_000);
});

test("after its cooling an upstream is tried, and used again when it answers", async () => {
  const route = ["cooldown: {after_failures: 1, ms: 60}"];
  const pool = await startPool(scene, { upstreams: [[plain(503), OK], [OK]], route });
  expect(await statusesOf(pool, 1)).toEqual([200]);
  expect(pool.counts()).toEqual([1, 1]);
  // Time has to pass here.
  await sleep(70);
  expect(await statusesOf(pool, 2)).toEqual([200, 200]);
  expect(pool.counts()).toEqual([3, 1]);
});

test("only one request tries an upstream after its cooling; the others go elsewhere until it has answered", async () => {
  const held: Play = { pieces: [{ gate: "go" }, ...(OK.pieces ?? [])] };
  const route = ["cooldown: {after_failures: 1, ms: 60}"];
  const pool = await startPool(scene, { upstreams: [[plain(503), held, OK], [OK]], route });
  await statusesOf(pool, 1);
  await sleep(70);
  const probe = send(scene, pool);
  await pool.upstream(0).attempt(2);
  expect(await statusesOf(pool, 4)).toEqual([200, 200, 200, 200]);
  expect(pool.counts()).toEqual([2, 5]);
  pool.upstream(0).open("go");
  expect((await probe).response.status).toBe(200);
  await statusesOf(pool, 2);
  expect(pool.counts()).toEqual([4, 5]);
});

test.each([
  ["an answer that is no failure", [plain(409), OK], '"409"'],
  ["a failure", [plain(503), OK], '"503"'],
  ["a reset", [RESET_AFTER_REQUEST, OK], "reset"],
])("least_inflight: after %s that was tried again, the upstream counts as idle", async (_name, plays, word) => {
  const pool = await startPool(scene, {
    upstreams: [plays, [OK]],
    retry: `${RETRY}, retry_on: [${word}]`,
    route: ["balance: least_inflight"],
  });
  await statusesOf(pool, 1);
  expect(pool.counts()).toEqual([1, 1]);
  await statusesOf(pool, 6);
  expect(pool.counts()).toEqual([4, 4]);
});

test("sticky by client: all requests of a client go to one upstream", async () => {
  const route = ["balance: round_robin", "sticky: {by: client}"];
  const pool = await startPool(scene, { upstreams: [[OK], [OK], [OK]], route });
  await statusesOf(pool, 9);
  expect(pool.counts().sort()).toEqual([0, 0, 9]);
});

const BY_SESSION = ["sticky: {by: header, name: x-session-id}"];
const ofSession = (session: number): CaseRequest => ({ lines: [`X-Session-Id: session-${session}`] });

test("sticky by header: each value stays, and the values spread", async () => {
  const pool = await startPool(scene, { upstreams: [[OK], [OK], [OK]], route: BY_SESSION });
  for (let session = 0; session < 30; session++) await statusesOf(pool, 1, ofSession(session));
  const first = pool.counts();
  for (const count of first) expect(count).toBeGreaterThan(0);
  for (let session = 0; session < 30; session++) await statusesOf(pool, 1, ofSession(session));
  expect(pool.counts()).toEqual(first.map((count) => 2 * count));
});

/** A session that goes to the second upstream. */
async function sessionOfSecond(pool: StartedPool): Promise<CaseRequest> {
  for (let session = 0; session < 100; session++) {
    const request = ofSession(session);
    await statusesOf(pool, 1, request);
    if (pool.counts()[1] === 1) return request;
  }
  throw new Error("no session goes to the second upstream");
}

test("a session moves while its upstream cools, and state goes there all the same", async () => {
  const upstreams = [[OK], [OK, rate("Retry-After: 60"), OK]];
  const pool = await startPool(scene, { upstreams, route: BY_SESSION });
  const request = await sessionOfSecond(pool);
  const [before = 0] = pool.counts();
  expect(await statusesOf(pool, 3, request)).toEqual([200, 200, 200]);
  expect(pool.counts()).toEqual([before + 3, 2]);
  const state: CaseRequest = { ...request, body: "small", fields: { previous_response_id: "resp_1" } };
  expect(await statusesOf(pool, 2, state)).toEqual([200, 200]);
  expect(pool.counts()).toEqual([before + 3, 4]);
});

test("state without a session goes to the first upstream, even while that one cools", async () => {
  const upstreams = [[rate("Retry-After: 60"), OK], [OK]];
  const pool = await startPool(scene, { upstreams, retry: `${RETRY}, max_attempts: 3` });
  await statusesOf(pool, 1);
  expect(pool.counts()).toEqual([1, 1]);
  expect(await statusesOf(pool, 2, { path: "/v1/files", body: "small" })).toEqual([200, 200]);
  expect(pool.counts()).toEqual([3, 1]);
});

/** Sends requests one after another. */
async function statusesOf(pool: StartedPool, requests: number, request?: CaseRequest): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < requests; n++) statuses.push((await send(scene, pool, request)).response.status);
  return statuses;
}
