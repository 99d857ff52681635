// The client leaves while an attempt runs, between two attempts, or while its head is held: the upstream notices at once, no
// further attempt is made, and every slot is free.

import { describe, expect, test } from "vitest";
import { within } from "../support/deadline.ts";
import { setScene, untilCounts, untilFree } from "../support/scene.ts";
import type { Play } from "../support/scripted-upstream.ts";
import { bodyOf } from "./bodies.ts";
import { answer, early, HANG, heldStream, OK, plain, rate, SILENT_STREAM, trickledQuota } from "./plays.ts";
import { type PoolParts, RETRY, startPool } from "./pool.ts";
import { headOf } from "./run-case.ts";

const scene = setScene();

/** The wait is so long that only the client ends it. Its connection ends with it, so that the test knows that it was read. */
const ASKS_TO_WAIT: Play = { ...rate("Retry-After-Ms: 50000", "Connection: close"), end: "close" };
const LONG_WAITS = "max_body_bytes: 4096, backoff_ms: 1, max_backoff_ms: 100000";

interface Moment extends PoolParts {
  readonly name: string;
  /** The upstream whose attempt is the last one, and that attempt's number there. */
  readonly last: readonly [upstream: number, number: number];
  readonly asked: readonly number[];
}

const MOMENTS: readonly Moment[] = [
  { name: "during attempt 1", upstreams: [[HANG]], last: [0, 1], asked: [1] },
  { name: "during a wait", upstreams: [[ASKS_TO_WAIT, OK]], retry: LONG_WAITS, last: [0, 1], asked: [1] },
  { name: "during attempt 2", upstreams: [[plain(503), HANG]], last: [0, 2], asked: [2] },
  { name: "during attempt 2 at another upstream", upstreams: [[rate()], [HANG]], last: [1, 1], asked: [1, 1] },
  {
    name: "during attempt 2, with further attempts for every failure",
    upstreams: [[plain(503), HANG], [HANG], [OK]],
    retry: `${RETRY}, retry_on: [reset, timeout, connect_error, "503"]`,
    last: [1, 1],
    asked: [1, 1, 0],
  },
  {
    name: "while the head is held for its first byte",
    upstreams: [[SILENT_STREAM, OK]],
    shared: ["first_byte_timeout_ms: 60000"],
    last: [0, 1],
    asked: [1],
  },
  {
    name: "while the head is held for its first event",
    upstreams: [[{ pieces: [...(SILENT_STREAM.pieces ?? []), "7\r\n: hi\n\nd\r\n"], end: "hang" }, OK]],
    retry: `${RETRY}, retry_on: [overloaded_event, reset]`,
    last: [0, 1],
    asked: [1],
  },
  { name: "while the body of an error is held", upstreams: [[trickledQuota, OK], [OK]], last: [0, 1], asked: [1, 0] },
];

const LIMITS = ["concurrency: {downstream_max_inflight: 1, upstream_per_key_max_inflight: 1}"];

describe.each(MOMENTS.map((moment) => [moment.name, moment] as const))("%s", (_name, moment) => {
  test.each(["reset", "close", "halfClose"] as const)("%s", async (leave) => {
    const pool = await startPool(scene, { ...moment, top: LIMITS });
    const { gateway } = pool;
    const client = await scene.client(gateway);
    const { lines, pieces } = bodyOf("small");
    await client.send(headOf("POST", {}, lines), ...pieces);
    const [upstream, number] = moment.last;
    const last = await pool.upstream(upstream).attempt(number);
    const ended = within("the last attempt to end", last.ended);
    ended.catch(() => {});
    if (moment.name === "during a wait") await ended;
    await untilCounts(gateway, (counts) => counts.downstream === 1 && counts.upstream === 1);

    await client[leave]();
    await ended;
    expect(await gateway.completed()).toMatchObject({
      outcome: "client_closed",
      status: 499,
      attempts: moment.asked.reduce((sum, count) => sum + count, 0),
    });
    await untilFree(gateway);
    expect(client.total).toBe(0);
    expect(pool.counts()).toEqual(moment.asked);
  });
});

test.each(["reset", "close"] as const)(
  "during a wait in the middle of an upload that is not read: %s",
  async (leave) => {
    const retry = 'backoff_ms: 1, max_backoff_ms: 100000, retry_on: ["429"]';
    const pool = await startPool(scene, { upstreams: [[early(ASKS_TO_WAIT), OK]], retry });
    const client = await scene.client(pool.gateway);
    await client.send(headOf("POST", {}, ["Content-Length: 900000"]));
    await within("the answer to be read", (await pool.upstream(0).attempt(1)).ended);
    await client.send("x".repeat(800_000));
    client[leave]();
    expect(await pool.gateway.completed()).toMatchObject({ outcome: "client_closed", attempts: 1 });
    await untilFree(pool.gateway);
    expect(pool.counts()).toEqual([1]);
  },
);

test("while its upload is held to be searched: nothing is sent upstream", async () => {
  const pool = await startPool(scene, { upstreams: [[OK], [OK]], items: ["models: [gpt-5]"] });
  const client = await scene.client(pool.gateway);
  await client.send(headOf("POST", {}, ["Content-Length: 1000"]), '{"model":');
  await untilCounts(pool.gateway, ({ inFlight }) => inFlight === 1);
  client.reset();
  expect(await pool.gateway.completed()).toMatchObject({ outcome: "client_closed", attempts: 0 });
  await untilFree(pool.gateway);
  expect(pool.counts()).toEqual([0, 0]);
});

test("after an error body was dropped, its connection is used again or closed, never left open", async () => {
  const pool = await startPool(scene, { upstreams: [[plain(503), answer(429, "x".repeat(100_000)), OK]] });
  const client = await scene.client(pool.gateway);
  for (let n = 0; n < 5; n++) {
    await client.send(headOf("GET", {}, []));
    expect((await client.response()).status).toBe(200);
  }
  expect(pool.upstream(0).attempts.length).toBe(7);
  expect(pool.upstream(0).connections).toBeLessThanOrEqual(3);
});

test("after a part of a good response: the upstream's failures before it and after it are not in a row", async () => {
  const plays = [plain(503), heldStream("never"), plain(503), OK];
  const pool = await startPool(scene, { upstreams: [plays, [OK]], route: ["cooldown: {after_failures: 2}"] });
  const { lines, pieces } = bodyOf("small");
  const client = await scene.client(pool.gateway);
  const ask = async (): Promise<void> => {
    await client.send(headOf("POST", {}, lines), ...pieces);
    expect((await client.response("POST")).status).toBe(200);
  };
  await ask();
  const leaver = await scene.client(pool.gateway);
  await leaver.send(headOf("POST", {}, lines), ...pieces);
  await leaver.until("the first event", () => leaver.bytes.includes("one") || undefined);
  leaver.reset();
  await pool.gateway.completed(({ outcome, status }) => outcome === "client_closed" && status === 200);
  await ask();
  expect(pool.counts()).toEqual([3, 2]);
  await ask();
  expect(pool.counts()).toEqual([4, 2]);
});
