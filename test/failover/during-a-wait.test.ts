// The gateway drains, or reloads, while an exchange waits for its next attempt.

import { expect, test } from "vitest";
import { AUTH, configText } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilCounts, untilFree } from "../support/scene.ts";
import type { Play } from "../support/scripted-upstream.ts";
import { BOUND, bodyOf, inChunks } from "./bodies.ts";
import { early, OK, rate } from "./plays.ts";
import { poolConfig, startPool } from "./pool.ts";
import { hash, headOf } from "./run-case.ts";

const scene = setScene();

const asksToWait = (ms: number): Play => ({ ...rate(`Retry-After-Ms: ${ms}`, "Connection: close"), end: "close" });
const LONG_WAITS = `max_body_bytes: ${BOUND}, backoff_ms: 1, max_backoff_ms: 100000`;

test("a drain ends the wait at once: the next attempt is made without it", async () => {
  const pool = await startPool(scene, { upstreams: [[asksToWait(50_000), OK]], retry: LONG_WAITS });
  const client = await scene.client(pool.gateway);
  const { lines, pieces } = bodyOf("small");
  await client.send(headOf("POST", {}, lines), ...pieces);
  await within("the answer to be read", (await pool.upstream(0).attempt(1)).ended);
  await untilCounts(pool.gateway, ({ inFlight }) => inFlight === 1);

  const drained = pool.gateway.drain();
  const response = await client.response("POST");
  expect([response.status, response.header("connection")]).toEqual([200, "close"]);
  expect(await within("the drain", drained)).toBe(true);
  expect(pool.counts()).toEqual([2]);
  expect(await pool.gateway.completed()).toMatchObject({ outcome: "success", attempts: 2 });
});

test("while it drains, no wait begins: the answer is passed on", async () => {
  const held: Play = { pieces: [{ gate: "go" }, ...(rate("Retry-After-Ms: 50000").pieces ?? [])] };
  const pool = await startPool(scene, { upstreams: [[held, OK]], retry: LONG_WAITS });
  const client = await scene.client(pool.gateway);
  await client.send(headOf("GET", {}, []));
  await pool.upstream(0).attempt(1);
  const drained = pool.gateway.drain();
  pool.upstream(0).open("go");
  expect((await client.response()).status).toBe(429);
  expect(await within("the drain", drained)).toBe(true);
  expect(pool.counts()).toEqual([1]);
});

test("a drain lets attempt 2 finish", async () => {
  const held: Play = { pieces: [{ gate: "go" }, ...(OK.pieces ?? [])] };
  const pool = await startPool(scene, { upstreams: [[rate(), held]] });
  const client = await scene.client(pool.gateway);
  await client.send(headOf("GET", {}, []));
  await pool.upstream(0).attempt(2);
  const drained = pool.gateway.drain();
  pool.upstream(0).open("go");
  expect((await client.response()).text).toBe(OK.body.toString());
  expect(await drained).toBe(true);
});

test("after a reload the exchange goes on with its own plan, and its slot still counts", async () => {
  const held: Play = { pieces: [{ gate: "go" }, ...(OK.pieces ?? [])] };
  const top = ["concurrency: {upstream_per_key_max_inflight: 1}"];
  const pool = await startPool(scene, { upstreams: [[asksToWait(300), held]], retry: LONG_WAITS, top });
  const other = await scene.upstream();
  const { gateway } = pool;
  const client = await scene.client(gateway);
  const { lines, pieces, bytes } = bodyOf("under");
  await client.send(headOf("POST", {}, lines), ...pieces);
  await within("the answer to be read", (await pool.upstream(0).attempt(1)).ended);

  gateway.swap(configText(poolConfig([other.url], { retry: null, top })));
  expect(gateway.host.plans).toBe(2);
  const status = async (): Promise<number> => {
    const second = await scene.client(gateway);
    await second.send(requestText("GET", "/up/x", [AUTH]));
    return (await second.response()).status;
  };
  expect(await status()).toBe(503);
  const again = await pool.upstream(0).attempt(2);
  expect(await status()).toBe(503);
  pool.upstream(0).open("go");
  expect((await client.response("POST")).text).toBe(OK.body.toString());
  expect(hash(again.body ?? Buffer.alloc(0))).toBe(hash(bytes));
  await untilFree(gateway);
  expect(gateway.host.plans).toBe(1);
  expect(await status()).toBe(200);
  expect(pool.counts()).toEqual([2]);
  expect(other.requests).toHaveLength(1);
});

test("a pipelined request waits until the attempts of the one before it have ended", async () => {
  const pool = await startPool(scene, { upstreams: [[rate("Retry-After-Ms: 100"), OK]] });
  const client = await scene.client(pool.gateway);
  const { lines, pieces } = bodyOf("small");
  const [body = ""] = pieces;
  await client.send(headOf("POST", { path: "/one" }, lines) + body + headOf("GET", { path: "/two" }, []));
  expect((await client.response("POST")).status).toBe(200);
  expect((await client.response()).status).toBe(200);
  const asked = pool.upstream(0).attempts.map(({ startLine }) => startLine);
  expect(asked).toEqual(["POST /one HTTP/1.1", "POST /one HTTP/1.1", "GET /two HTTP/1.1"]);
});

test.each(["Content-Length: 12", "Transfer-Encoding: chunked"])(
  "an upload that goes on during the wait (%s)",
  async (framing) => {
    const pool = await startPool(scene, { upstreams: [[early(asksToWait(200)), OK]], retry: LONG_WAITS });
    const client = await scene.client(pool.gateway);
    const parts = ["abcd", "efgh", "ijkl"].map((text) => Buffer.from(text));
    const [one = "", ...rest] = framing.startsWith("C") ? parts : inChunks(parts);
    await client.send(headOf("POST", {}, [framing]), one);
    await within("the answer to be read", (await pool.upstream(0).attempt(1)).ended);
    await client.send(...rest);
    expect((await client.response("POST")).status).toBe(200);
    expect((await pool.upstream(0).attempt(2)).body?.toString()).toBe("abcdefghijkl");
  },
);
