// The client leaves a route with `on_client_abort: drain`: the upstream goes on to its end within the limits, all slots stay held,
// and the exchange ends when the upstream does (contract, section 13).

import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { bodyOf } from "../failover/bodies.ts";
import { CUT_AFTER_EVENT, EVENT_1, HANG, heldStream, OK, plain, rate, trickledQuota } from "../failover/plays.ts";
import { type PoolParts, poolConfig, startPool } from "../failover/pool.ts";
import { headOf } from "../failover/run-case.ts";
import { AUTH, configText } from "../support/config.ts";
import { until, within } from "../support/deadline.ts";
import type { TestGateway } from "../support/gateway.ts";
import { metered } from "../support/ledger-folder.ts";
import { requestText } from "../support/raw-client.ts";
import { recordingMeter } from "../support/recording-meter.ts";
import { setScene, untilCounts, untilFree } from "../support/scene.ts";
import type { Play } from "../support/scripted-upstream.ts";
import { serverSockets } from "../support/server-sockets.ts";
import { inboundTls } from "../support/tls-files.ts";

const scene = setScene();
const DRAIN = "on_client_abort: drain";
const LIMITS = "concurrency: {downstream_max_inflight: 1, upstream_per_key_max_inflight: 1}";
const WAYS = ["reset", "close", "halfClose"] as const;

/** Nothing comes before the gate opens. */
const heldAnswer = (gate: string): Play => ({ pieces: [{ gate }, ...(OK.pieces ?? [])] });

interface Left {
  readonly top?: readonly string[];
  readonly shared?: readonly string[];
}

/** Starts a gateway, sends a request, and makes the client leave once `seen` is there. Returns when the gateway knows. */
async function leave(parts: PoolParts & Left, seen = "", how: (typeof WAYS)[number] = "reset") {
  const taps = recordingMeter();
  const top = [...metered(), LIMITS, ...(parts.top ?? [])];
  const pool = await startPool(
    scene,
    { ...parts, shared: [DRAIN, ...(parts.shared ?? [])], top },
    { meter: taps.meter },
  );
  const sockets = serverSockets(pool.gateway);
  const client = await scene.client(pool.gateway);
  const { lines, pieces } = bodyOf("small");
  await client.send(headOf("POST", {}, lines), ...pieces);
  await pool.upstream(0).attempt(1);
  if (seen !== "") await client.until(seen, () => client.text.includes(seen) || undefined);
  client[how]();
  await until("the gateway to know", () => sockets[0]?.destroyed === true);
  // The response closes in a later turn than its connection.
  await new Promise(setImmediate);
  return { ...pool, upstream: pool.upstream(0), taps };
}

function isHeld(gateway: TestGateway): void {
  expect({ ...gateway.limits.totals(), inFlight: gateway.host.inFlight }).toMatchObject({
    downstream: 1,
    upstream: 1,
    inFlight: 1,
  });
  expect(gateway.logs.filter(({ msg }) => msg === "request completed")).toEqual([]);
}

describe.each(WAYS)("a client that leaves by %s", (how) => {
  test.each([
    ["before the head", heldAnswer("rest"), "", 499],
    ["in the middle of a stream", heldStream("rest"), "one", 200],
  ] as const)("%s", async (_name, play, seen, status) => {
    const { gateway, upstream, taps } = await leave({ upstreams: [[play, OK]], retry: null }, seen, how);
    isHeld(gateway);
    const full = await scene.client(gateway);
    await full.send(requestText("GET", "/up/next", [AUTH]));
    expect((await full.response()).status).toBe(503);

    upstream.open("rest");
    const line = await gateway.completed(({ method }) => method === "POST");
    expect(line).toMatchObject({ outcome: "client_closed", status, attempts: 1 });
    if (status === 499) expect(line).toMatchObject({ ttfb_ms: null, bytes_sent: 0 });
    await untilFree(gateway);
    expect(taps.read.map(({ ends, status }) => [status, ends])).toEqual([[200, [true]]]);
    expect(taps.text()).toMatch(status === 200 ? /one[\s\S]*\[DONE\]\n\n$/ : /^\{"id":"chatcmpl-1","choices":\[\]\}$/);

    // The connection is as good as after any whole response.
    const next = await scene.client(gateway);
    await next.send(requestText("GET", "/up/next", [AUTH]));
    expect((await next.response()).status).toBe(200);
    expect(upstream.connections).toBe(1);
  });
});

describe("the limits", () => {
  test("of time, from the moment when the client left", async () => {
    const parts = { upstreams: [[heldStream("never")]], retry: null, shared: ["drain_limit: {timeout_ms: 150}"] };
    const { gateway, upstream, taps } = await leave(parts, "one");
    const left = performance.now();
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 200 });
    expect(performance.now() - left).toBeGreaterThan(100);
    await within("the upstream to be aborted", (await upstream.attempt(1)).ended);
    expect(taps.read[0]?.ends).toEqual([false]);
    await untilFree(gateway);
  });

  test("of bytes, after the client left", async () => {
    const more = "x".repeat(400);
    const play: Play = { pieces: [...plainHead, chunkOf(more), { gate: "rest" }, chunkOf(more), { gate: "end" }] };
    const parts = {
      upstreams: [[{ ...play, end: "hang" } as Play]],
      retry: null,
      shared: ["drain_limit: {max_bytes: 399}"],
    };
    const { gateway, upstream, taps } = await leave(parts, "xxx");
    isHeld(gateway);
    upstream.open("rest");
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 200 });
    await within("the upstream to be aborted", (await upstream.attempt(1)).ended);
    expect(taps.read[0]?.ends).toEqual([false]);
    expect(taps.text()).toBe(more + more);
  });

  test("of bytes, which the last ones may pass", async () => {
    const parts = { upstreams: [[heldAnswer("rest")]], retry: null, shared: ["drain_limit: {max_bytes: 1}"] };
    const { gateway, upstream, taps } = await leave(parts);
    upstream.open("rest");
    await gateway.completed();
    expect(taps.read[0]?.ends).toEqual([true]);
  });

  test.each([
    ["request_timeout_ms: 150", heldAnswer("never"), ""],
    ["stream_idle_timeout_ms: 150", heldStream("never"), "one"],
  ])("of the upstream itself: %s", async (limit, play, seen) => {
    const { gateway, upstream } = await leave({ upstreams: [[play]], retry: null, shared: [limit] }, seen);
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed" });
    await within("the upstream to be aborted", (await upstream.attempt(1)).ended);
    expect(gateway.logs.filter(({ msg }) => msg === "upstream failed")).toEqual([]);
  });
});

const plainHead = ["HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"];

function chunkOf(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

describe("nothing goes on", () => {
  test("when the request was not sent whole", async () => {
    const pool = await startPool(scene, {
      upstreams: [[{ reads: "head", end: "hang" }]],
      retry: null,
      shared: [DRAIN],
    });
    const client = await scene.client(pool.gateway);
    await client.send(headOf("POST", {}, ["Content-Length: 100"]), "{");
    const attempt = await pool.upstream(0).attempt(1);
    client.reset();
    await within("the upstream to be aborted", attempt.ended);
    expect(await pool.gateway.completed()).toMatchObject({ outcome: "client_closed", status: 499 });
  });

  test("during a wait for another attempt", async () => {
    const asksToWait: Play = { ...rate("Retry-After-Ms: 50000", "Connection: close"), end: "close" };
    const retry = "max_body_bytes: 4096, backoff_ms: 1, max_backoff_ms: 100000";
    const pool = await startPool(scene, { upstreams: [[asksToWait, OK]], retry, shared: [DRAIN] });
    const client = await scene.client(pool.gateway);
    const { lines, pieces } = bodyOf("small");
    await client.send(headOf("POST", {}, lines), ...pieces);
    await within("the first attempt to end", (await pool.upstream(0).attempt(1)).ended);
    client.reset();
    expect(await pool.gateway.completed()).toMatchObject({ outcome: "client_closed", status: 499, attempts: 1 });
    expect(pool.counts()).toEqual([1]);
  });

  test("in a queue", async () => {
    const queue = "concurrency: {upstream_per_key_max_inflight: 1, queue: {max_waiting: 1, timeout_ms: 60000}}";
    const pool = await startPool(scene, {
      upstreams: [[heldAnswer("rest"), OK]],
      retry: null,
      shared: [DRAIN],
      top: [queue],
    });
    const first = await scene.client(pool.gateway);
    await first.send(requestText("GET", "/up/first", [AUTH]));
    await pool.upstream(0).attempt(1);
    const client = await scene.client(pool.gateway);
    await client.send(requestText("GET", "/up/queued", [AUTH]));
    await untilCounts(pool.gateway, ({ waiting }) => waiting === 1);
    client.reset();
    expect(await pool.gateway.completed()).toMatchObject({ path: "/up/queued", outcome: "client_closed", attempts: 0 });
    pool.upstream(0).open("rest");
    expect((await first.response()).status).toBe(200);
  });

  test("when all of the response was handed on", async () => {
    const pool = await startPool(scene, { upstreams: [[OK, OK]], retry: null, shared: [DRAIN] });
    const client = await scene.client(pool.gateway);
    for (let n = 0; n < 2; n++) {
      await client.send(requestText("GET", "/up/x", [AUTH]));
      expect((await client.response()).status).toBe(200);
    }
    expect(pool.gateway.logs.filter(({ outcome }) => outcome === "success")).toHaveLength(2);
  });
});

describe("with retries", () => {
  const RETRY = "backoff_ms: 1, max_backoff_ms: 400";

  test("an answer that is held goes on, and no other attempt follows", async () => {
    const parts = { upstreams: [[trickledQuota, OK], [OK]], retry: RETRY };
    const { gateway, upstream, taps, counts } = await leave(parts);
    isHeld(gateway);
    upstream.open("rest");
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 499, attempts: 1 });
    expect(counts()).toEqual([1, 0]);
    expect(taps.read.map(({ status, ends }) => [status, ends])).toEqual([[429, [true]]]);
    expect(taps.text()).toContain("insufficient_quota");
    await untilFree(gateway);
  });

  test("what was held is read, too, when the time is over before it is looked at", async () => {
    const parts = { upstreams: [[trickledQuota], [OK]], retry: RETRY, shared: ["drain_limit: {timeout_ms: 100}"] };
    const { gateway, taps } = await leave(parts);
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 499 });
    expect(taps.read.map(({ status, ends }) => [status, ends])).toEqual([[429, [false]]]);
    expect(taps.text()).toHaveLength(5);
  });

  test("an exchange whose limit is reached by what was held ends at once", async () => {
    const parts = { upstreams: [[trickledQuota], [OK]], retry: RETRY, shared: ["drain_limit: {max_bytes: 1}"] };
    const { gateway } = await leave(parts);
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 499 });
    await untilFree(gateway);
  });

  test("a stream that is held for its first event goes on", async () => {
    const play: Play = { pieces: [...plainHead, chunkOf(": hi\n\n"), { gate: "rest" }, chunkOf(EVENT_1), "0\r\n\r\n"] };
    const retry = `${RETRY}, retry_on: [overloaded_event]`;
    const { gateway, upstream, taps } = await leave({ upstreams: [[play, OK]], retry });
    isHeld(gateway);
    upstream.open("rest");
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 499, attempts: 1 });
    expect(taps.text()).toBe(`: hi\n\n${EVENT_1}`);
  });

  test.each([
    ["an error", [{ pieces: [{ gate: "rest" }, ...(plain(503).pieces ?? [])] }, OK]],
    ["a reset", [{ pieces: [{ gate: "rest" }], end: "reset" }, OK]],
    [
      "an overloaded event",
      [{ pieces: [{ gate: "rest" }, ...plainHead, chunkOf("event: error\ndata: {}\n\n"), "0\r\n\r\n"] }, OK],
    ],
  ] as const)("%s after the client left is not followed by another attempt", async (_name, plays) => {
    const retry = `${RETRY}, retry_on: ["503", reset, overloaded_event]`;
    const { gateway, upstream, counts } = await leave({ upstreams: [plays, [OK]], retry });
    upstream.open("rest");
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 499, attempts: 1 });
    await untilFree(gateway);
    expect(counts()).toEqual([1, 0]);
  });

  test("the last attempt goes on, too", async () => {
    const pool = await startPool(scene, {
      upstreams: [[plain(503), heldStream("rest")]],
      retry: RETRY,
      shared: [DRAIN],
    });
    const client = await scene.client(pool.gateway);
    const { lines, pieces } = bodyOf("small");
    await client.send(headOf("POST", {}, lines), ...pieces);
    await client.until("the first event", () => client.text.includes("one") || undefined);
    client.reset();
    pool.upstream(0).open("rest");
    expect(await pool.gateway.completed()).toMatchObject({ outcome: "client_closed", status: 200, attempts: 2 });
  });
});

test("an upstream that fails after the client left ends it without a word", async () => {
  const play: Play = { pieces: [...(CUT_AFTER_EVENT.pieces ?? []), { gate: "rest" }], end: "close" };
  const { gateway, upstream, taps } = await leave({ upstreams: [[play]], retry: null }, "one");
  isHeld(gateway);
  upstream.open("rest");
  expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 200 });
  expect(taps.read[0]?.ends).toEqual([false]);
  expect(gateway.logs.filter(({ msg }) => msg === "upstream failed")).toEqual([]);
});

test("comments that keep a stream alive stop", async () => {
  const { gateway, upstream } = await leave(
    { upstreams: [[heldStream("rest")]], retry: null, shared: ["sse_keepalive_ms: 1000"] },
    "one",
  );
  await new Promise((resolve) => setTimeout(resolve, 1200));
  isHeld(gateway);
  upstream.open("rest");
  expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", bytes_sent: EVENT_1.length });
});

describe("at shutdown", () => {
  test("it is waited for", async () => {
    const { gateway, upstream } = await leave({ upstreams: [[heldStream("rest")]], retry: null }, "one");
    const drained = gateway.drain();
    upstream.open("rest");
    expect(await drained).toBe(true);
  });

  test("it is broken at the drain timeout", async () => {
    const top = ["shutdown: {drain_timeout_ms: 100}"];
    const { gateway, upstream, taps } = await leave({ upstreams: [[heldStream("never")]], retry: null, top }, "one");
    expect(await gateway.drain()).toBe(false);
    expect(gateway.host.inFlight).toBe(0);
    await within("the upstream to be aborted", (await upstream.attempt(1)).ended);
    expect(taps.read[0]?.ends).toEqual([false]);
  });

  test("a stream that is broken at the drain timeout does not go on", async () => {
    const top = ["shutdown: {drain_timeout_ms: 100}"];
    const pool = await startPool(scene, { upstreams: [[heldStream("never")]], retry: null, shared: [DRAIN], top });
    const client = await scene.client(pool.gateway);
    await client.send(requestText("GET", "/up/x", [AUTH]));
    await client.until("the first event", () => client.text.includes("one") || undefined);
    expect(await pool.gateway.drain()).toBe(false);
    expect(pool.gateway.host.inFlight).toBe(0);
    await within("the upstream to be aborted", (await pool.upstream(0).attempt(1)).ended);
  });
});

test("a reload counts it towards the new limits", async () => {
  const { gateway, upstream } = await leave({ upstreams: [[heldStream("rest"), OK]], retry: null }, "one");
  const parts = poolConfig([upstream.url], {
    retry: null,
    top: [LIMITS.replace("downstream_max_inflight: 1", "downstream_max_inflight: 2")],
  });
  gateway.swap(configText(parts));
  const full = await scene.client(gateway);
  await full.send(requestText("GET", "/up/next", [AUTH]));
  expect((await full.response()).status).toBe(503);
  upstream.open("rest");
  await gateway.completed(({ outcome }) => outcome === "client_closed");
  await untilFree(gateway);
  expect(gateway.host.plans).toBe(1);
});

test("requests behind it on its connection are not begun", async () => {
  const pool = await startPool(scene, { upstreams: [[heldStream("rest"), OK]], retry: null, shared: [DRAIN] });
  const sockets = serverSockets(pool.gateway);
  const client = await scene.client(pool.gateway);
  const both = requestText("GET", "/up/1", [AUTH]) + requestText("GET", "/up/2", [AUTH]);
  await client.send(both);
  await client.until("the first event", () => client.text.includes("one") || undefined);
  client.reset();
  await until("the gateway to know", () => sockets[0]?.destroyed === true);
  pool.upstream(0).open("rest");
  await pool.gateway.completed(({ path }) => path === "/up/1");
  await untilFree(pool.gateway);
  expect(pool.counts()).toEqual([1]);
});

describe("a client that does not read", () => {
  const PIECE = Buffer.alloc(16 * 1024, "x");

  /** Sends until the gateway reads no more, then the end. */
  async function heldBack(top: readonly string[] = [], tls = "") {
    const taps = recordingMeter();
    let sent = 0;
    let wasHeldBack = false;
    let isFull = false;
    let isHeldBack = (): boolean => false;
    const upstream = await scene.upstream(async (_req, res) => {
      res.writeHead(200, { "content-type": "text/event-stream" });
      while (!wasHeldBack || res.writableLength < PIECE.length) {
        wasHeldBack ||= isHeldBack();
        res.write(PIECE);
        sent += PIECE.length;
        await new Promise(setImmediate);
      }
      res.end("end");
      isFull = true;
    });
    const parts = {
      base: upstream.url,
      upstream: [DRAIN],
      top: [...metered(), ...top, tls].filter((line) => line !== ""),
    };
    const gateway = await scene.gateway(parts, { meter: taps.meter });
    const sockets = serverSockets(gateway);
    isHeldBack = () => sockets[0]?.writableNeedDrain === true;
    return { upstream, gateway, taps, isFull: () => isFull, sent: () => sent + "end".length };
  }

  test("and then leaves: reading goes on", async () => {
    const { upstream, gateway, taps, isFull, sent } = await heldBack();
    const client = await scene.client(gateway);
    client.socket.pause();
    await client.send(requestText("GET", "/up/x", [AUTH]));
    const arrival = await upstream.nextRequest();
    await until("nothing to be taken any more", isFull);
    client.reset();
    expect(await within("the upstream to end", arrival.closed)).toBe("whole");
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 200 });
    expect(taps.read[0]?.ends).toEqual([true]);
    expect(taps.text().length).toBe(sent());
  });

  test("and is cut: reading goes on", async () => {
    const { upstream, gateway, taps, sent } = await heldBack(["downstream: {send_timeout_ms: 300}"]);
    const client = await scene.client(gateway);
    client.socket.pause();
    await client.send(requestText("GET", "/up/x", [AUTH]));
    expect(await within("the upstream to end", (await upstream.nextRequest()).closed)).toBe("whole");
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 200 });
    expect(taps.text().length).toBe(sent());
    expect(gateway.logs.map(({ msg }) => msg)).toContain("client took nothing of its response; connection closed");
  });

  test("and is cut, over TLS", async () => {
    const { upstream, gateway, taps, sent } = await heldBack(
      ["downstream: {send_timeout_ms: 300}"],
      await inboundTls(),
    );
    const options: ConnectionOptions = { port: gateway.port, host: "127.0.0.1", rejectUnauthorized: false };
    const socket = connectTls(options, () => socket.write(requestText("GET", "/up/x", [AUTH])));
    socket.on("error", () => {});
    onTestFinished(() => void socket.destroy());
    expect(await within("the upstream to end", (await upstream.nextRequest()).closed)).toBe("whole");
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 200 });
    expect(taps.text().length).toBe(sent());
  });
});

test("no timer is left behind", async () => {
  const timers = vi.spyOn(globalThis, "setTimeout");
  onTestFinished(() => void timers.mockRestore());
  const parts = { upstreams: [[heldStream("rest")]], retry: null, shared: ["drain_limit: {timeout_ms: 54321}"] };
  const { gateway, upstream } = await leave(parts, "one");
  upstream.open("rest");
  await gateway.completed();
  const made = timers.mock.results.filter((_, i) => timers.mock.calls[i]?.[1] === 54321);
  expect(made.map(({ value }) => (value as { readonly _destroyed: boolean })._destroyed)).toEqual([true]);
});

test("the default limit is not over at once", async () => {
  const { gateway } = await leave({ upstreams: [[HANG]], retry: null });
  await new Promise((resolve) => setTimeout(resolve, 50));
  isHeld(gateway);
});
