// A tap on a response: it sees each byte once and in order, is told the end once, and changes nothing of what the client gets.

import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CUT_AFTER_EVENT,
  EVENT_1,
  HANG,
  headOnly,
  heldStream,
  NO_CONTENT,
  OK,
  plain,
  SILENT_STREAM,
} from "../failover/plays.ts";
import { type PoolParts, startPool } from "../failover/pool.ts";
import { AUTH } from "../support/config.ts";
import { metered } from "../support/ledger-folder.ts";
import { requestText } from "../support/raw-client.ts";
import { recordingMeter, sha256 } from "../support/recording-meter.ts";
import { setScene, untilFree } from "../support/scene.ts";
import type { Play } from "../support/scripted-upstream.ts";

const scene = setScene();

async function start(parts: PoolParts) {
  const taps = recordingMeter();
  const pool = await startPool(
    scene,
    { retry: null, ...parts, top: [...metered(), ...(parts.top ?? [])] },
    { meter: taps.meter },
  );
  return { ...pool, taps, client: await scene.client(pool.gateway) };
}

const ask = requestText("GET", "/up/x", [AUTH]);
const SSE_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const chunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);

describe.each([
  ["as it comes", {}],
  ["after it was held", { shared: ["first_byte_timeout_ms: 5000"] }],
  ["after it was held for its first event", { retry: "retry_on: [overloaded_event]" }],
] as const)("a response that is passed on %s", (_name, parts) => {
  test("has the same bytes for the tap and the client, at any split", async () => {
    const body = Buffer.concat([Buffer.from(EVENT_1), randomBytes(40_000)]);
    const cuts = fc.sample(fc.array(fc.nat(body.length - 1), { maxLength: 12 }), 8);
    const plays = cuts.map((places): Play => {
      const ends = [...new Set(places.filter((place) => place > 0))].sort((a, b) => a - b);
      const chunks = [...ends, body.length].map((end, i) => chunk(body.subarray(i === 0 ? 0 : ends[i - 1], end)));
      return { pieces: [SSE_HEAD, ...chunks, "0\r\n\r\n"] };
    });
    const { client, taps } = await start({ upstreams: [plays], ...parts });
    for (const i of plays.keys()) {
      await client.send(ask);
      const response = await client.response();
      expect(sha256(response.body)).toBe(sha256(body));
      expect(sha256(Buffer.concat(taps.read[i]?.chunks ?? []))).toBe(sha256(body));
      expect(taps.read[i]?.ends).toEqual([true]);
    }
  });

  test("is forwarded event by event", async () => {
    const events = ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"];
    const pieces = events.flatMap((event, i) => [chunk(Buffer.from(event)), { gate: String(i) }]);
    const { client, taps, upstream } = await start({
      upstreams: [[{ pieces: [SSE_HEAD, ...pieces, "0\r\n\r\n"] }]],
      ...parts,
    });
    await client.send(ask);
    for (const [i, event] of events.entries()) {
      await client.untilText(event);
      expect(taps.text()).toBe(events.slice(0, i + 1).join(""));
      expect(taps.read[0]?.ends).toEqual([]);
      upstream(0).open(String(i));
    }
    await client.untilText("0\r\n\r\n");
    expect(taps.read[0]?.ends).toEqual([true]);
  });
});

test.each([
  ["HEAD", headOnly(200)],
  ["GET", NO_CONTENT],
])("a response without a body has an end: %s", async (method, play) => {
  const { client, taps } = await start({ upstreams: [[play]] });
  await client.send(requestText(method, "/up/x", [AUTH]));
  await client.response(method);
  expect(taps.read.map(({ chunks, ends }) => [chunks.length, ends])).toEqual([[0, [true]]]);
});

test.each([
  ["the upstream cuts it", CUT_AFTER_EVENT, []],
  [
    "its stream is silent for too long",
    { ...SILENT_STREAM, pieces: [...(SILENT_STREAM.pieces ?? []), chunk(Buffer.from(EVENT_1))] } as Play,
    ["stream_idle_timeout_ms: 100"],
  ],
] as const)("a response that does not come to its end: %s", async (_name, play, shared) => {
  const { client, taps, gateway } = await start({ upstreams: [[play]], shared });
  await client.send(ask);
  await client.ended;
  await untilFree(gateway);
  expect(taps.text()).toBe(EVENT_1);
  expect(taps.read.map(({ ends }) => ends)).toEqual([[false]]);
});

test("a client that leaves: the end is told before the exchange ends", async () => {
  const { client, taps, gateway } = await start({ upstreams: [[heldStream("never")]] });
  await client.send(ask);
  await client.untilText(EVENT_1);
  client.reset();
  expect(await gateway.completed()).toMatchObject({ outcome: "client_closed" });
  expect(taps.read.map(({ ends }) => ends)).toEqual([[false]]);
});

test("an upstream that does not answer is not read", async () => {
  const { client, taps } = await start({ upstreams: [[HANG]], shared: ["request_timeout_ms: 100"] });
  await client.send(ask);
  expect((await client.response()).status).toBe(504);
  expect(taps.read).toEqual([]);
});

test("only the last answer is read where others were tried again", async () => {
  const { client, taps } = await start({
    upstreams: [[plain(503), plain(503)]],
    retry: "backoff_ms: 1, max_attempts: 2",
  });
  await client.send(ask);
  expect((await client.response()).status).toBe(503);
  expect(taps.read.map(({ status, ends }) => [status, ends])).toEqual([[503, [true]]]);
});

test("a route that is not metered is not read", async () => {
  const taps = recordingMeter();
  const pool = await startPool(scene, { upstreams: [[OK]], retry: null }, { meter: taps.meter });
  const client = await scene.client(pool.gateway);
  await client.send(ask);
  expect((await client.response()).status).toBe(200);
  expect(taps.read).toEqual([]);
});
