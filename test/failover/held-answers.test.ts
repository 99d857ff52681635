// Answers that are held while it is decided whether to try again: they are passed on whole, in order, and no later than they must.

import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { within } from "../support/deadline.ts";
import { setScene, untilFree } from "../support/scene.ts";
import type { Play } from "../support/scripted-upstream.ts";
import { bodyOf } from "./bodies.ts";
import {
  CUT_AFTER_EVENT,
  EVENT_1,
  HANG,
  heldStream,
  OK,
  overloadedEvent,
  plain,
  SILENT_STREAM,
  STREAM,
  TRICKLED_BODY,
  trickledQuota,
} from "./plays.ts";
import { RETRY, startPool } from "./pool.ts";
import { headOf, send } from "./run-case.ts";

const scene = setScene();

/** Its first event is an error, and the stream goes on. */
const overloadedUnended: Play = { pieces: overloadedEvent.pieces?.slice(0, -1) ?? [], end: "hang" };

test("a body that trickles is passed on while it comes, where no attempt would follow", async () => {
  const pool = await startPool(scene, { upstreams: [[trickledQuota]], retry: `${RETRY}, retry_on: [connect_error]` });
  const client = await scene.client(pool.gateway);
  await client.send(headOf("GET", {}, []));
  const head = await client.head();
  expect(head.status).toBe(429);
  pool.upstream(0).open("rest");
  expect((await client.body(head)).body).toEqual(TRICKLED_BODY);
});

test("the last attempt's body, which trickles, is passed on whole", async () => {
  const pool = await startPool(scene, { upstreams: [[plain(503), trickledQuota]], retry: `${RETRY}, max_attempts: 2` });
  const client = await scene.client(pool.gateway);
  await client.send(headOf("GET", {}, []));
  const head = await client.head();
  pool.upstream(0).open("rest");
  expect((await client.body(head)).body).toEqual(TRICKLED_BODY);
  expect(pool.counts()).toEqual([2]);
});

test.each([
  ["after a retry", [plain(503), heldStream("end")], RETRY, []],
  ["held for its first event", [heldStream("end")], `${RETRY}, retry_on: [overloaded_event]`, []],
  ["held for its first byte", [heldStream("end")], RETRY, ["first_byte_timeout_ms: 5000"]],
])("a stream moves on as soon as its first event has come: %s", async (_name, plays, retry, shared) => {
  const pool = await startPool(scene, { upstreams: [plays], retry, shared });
  const client = await scene.client(pool.gateway);
  await client.send(headOf("GET", {}, []));
  const head = await client.head();
  expect(head.status).toBe(200);
  await client.until("the first event", () => client.text.includes(EVENT_1) || undefined);
  pool.upstream(0).open("end");
  const response = await client.body(head);
  expect([response.text, response.whole]).toEqual([STREAM.body.toString(), true]);
});

test("a stream that is cut after a retry is cut at the client, too", async () => {
  const pool = await startPool(scene, { upstreams: [[plain(503)], [CUT_AFTER_EVENT], [OK]] });
  const { response } = await send(scene, pool, { body: "small" });
  expect([response.status, response.text, response.whole]).toEqual([200, EVENT_1, false]);
  expect(await pool.gateway.completed()).toMatchObject({ outcome: "upstream_aborted", attempts: 2 });
  await untilFree(pool.gateway);
  expect(pool.counts()).toEqual([1, 1, 0]);
});

test.each([
  ["first_byte_timeout_ms", RETRY, ["first_byte_timeout_ms: 150"]],
  ["request_timeout_ms", RETRY, ["request_timeout_ms: 150"]],
])("%s does not run while the upload moves", async (_name, retry, shared) => {
  const pool = await startPool(scene, { upstreams: [[OK]], retry, shared });
  const client = await scene.client(pool.gateway);
  const { lines, pieces } = bodyOf("moving");
  await client.send(headOf("POST", {}, lines));
  for (const piece of pieces) {
    await client.send(piece);
    // Time has to pass here.
    await sleep(100);
  }
  expect((await client.response("POST")).status).toBe(200);
  expect(pool.counts()).toEqual([1]);
});

test.each([
  ["attempt_timeout_ms", HANG],
  ["first_byte_timeout_ms", SILENT_STREAM],
  ["the first event", overloadedUnended],
])("an attempt that is given up for %s is aborted before the next one ends", async (_name, play) => {
  const held: Play = { pieces: [{ gate: "go" }, ...(OK.pieces ?? [])] };
  const words = "timeout, first_byte_timeout, overloaded_event";
  const pool = await startPool(scene, {
    upstreams: [[play], [held]],
    retry: `${RETRY}, retry_on: [${words}], attempt_timeout_ms: 120`,
    shared: ["first_byte_timeout_ms: 150"],
  });
  const client = await scene.client(pool.gateway);
  await client.send(headOf("GET", {}, []));
  const first = await pool.upstream(0).attempt(1);
  await within("the first attempt to be aborted", first.ended);
  await pool.upstream(1).attempt(1);
  pool.upstream(1).open("go");
  expect((await client.response()).status).toBe(200);
});

test("an answer that breaks while it is held leaves no timer behind", async () => {
  const broken: Play = {
    pieces: ["HTTP/1.1 503 Broken\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"],
    end: "close",
  };
  const slow: Play = { pieces: [{ wait: 1300 }, ...(OK.pieces ?? [])] };
  const pool = await startPool(scene, { upstreams: [[broken, slow]], retry: `${RETRY}, retry_on: [reset, "503"]` });
  const { response } = await send(scene, pool, { body: "small" });
  expect([response.status, response.text]).toEqual([200, OK.body.toString()]);
  expect(pool.counts()).toEqual([2]);
});
