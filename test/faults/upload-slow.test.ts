// A slow upload: one that moves is not cut, and the deadline of the response begins at its end. One that stalls is cut: 408 when
// the client sends nothing, 504 when the upstream takes nothing (contract, section 4, "Timeouts").

import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { type RawClient, requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { answerOk } from "../support/upstream.ts";

const scene = setScene();
const TIMEOUT_MS = 250;
const TIMEOUT = [`request_timeout_ms: ${TIMEOUT_MS}`];
const PIECES = 8;

/** Sends a body of `PIECES` bytes, which takes about three times as long as the response may take. */
async function uploadSlowly(client: RawClient): Promise<void> {
  await client.send(requestText("POST", "/up/slow", [AUTH, `Content-Length: ${PIECES}`], ""));
  for (let i = 0; i < PIECES; i++) {
    await sleep(100);
    await client.send("x");
  }
}

test("an upload that moves may take longer than request_timeout_ms", async () => {
  const upstream = await scene.upstream(answerOk);
  const gateway = await scene.gateway({ base: upstream.url, upstream: TIMEOUT });
  const client = await scene.client(gateway);
  await uploadSlowly(client);
  expect(await client.response("POST")).toMatchObject({ status: 200, text: "ok" });
});

test("the response may take request_timeout_ms from the end of the upload, and no longer", async () => {
  const upstream = await scene.upstream((req) => void req.resume());
  const gateway = await scene.gateway({ base: upstream.url, upstream: TIMEOUT });
  const client = await scene.client(gateway);
  await uploadSlowly(client);
  const sent = performance.now();
  expect(await client.response("POST")).toMatchObject({ status: 504, text: '{"error":"upstream_timeout"}' });
  // Timers may fire up to a millisecond early.
  expect(performance.now() - sent).toBeGreaterThan(TIMEOUT_MS - 10);
});

test("a client whose upload stalls for stream_idle_timeout_ms: 408, and the upstream request is aborted", async () => {
  const upstream = await scene.upstream(() => {});
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["stream_idle_timeout_ms: 150"] });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/rest", [AUTH, "Content-Length: 10"], "ab"));
  const request = await upstream.nextRequest();
  const response = await client.response("POST");
  expect(response).toMatchObject({ status: 408, text: '{"error":"request_timeout"}' });
  expect(response.header("connection")).toBe("close");
  expect(await within("the upstream to be aborted", request.closed)).toBe("aborted");
  await untilFree(gateway);
  expect(await gateway.completed()).toMatchObject({ level: "warn", outcome: "request_timeout", status: 408 });
  expect(gateway.logs.filter(({ msg }) => msg === "upstream failed")).toEqual([]);
});

test("an upstream that takes nothing of an upload for stream_idle_timeout_ms: 504", async () => {
  const upstream = await scene.rawUpstream((connection) => void connection.socket.pause());
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["stream_idle_timeout_ms: 150"] });
  const client = await scene.client(gateway);
  const body = Buffer.alloc(32 * 1024 * 1024);
  await client.send(requestText("POST", "/up/full", [AUTH, `Content-Length: ${body.length}`]));
  client.socket.write(body);
  expect(await client.response("POST")).toMatchObject({ status: 504, text: '{"error":"upstream_timeout"}' });
  await untilFree(gateway);
});

test("with stream_idle_timeout_ms: 0 an upload may stall for any time", async () => {
  const upstream = await scene.upstream((req, res, arrival) => {
    if (req.method === "POST") answerOk(req, res, arrival);
  });
  const gateway = await scene.gateway({
    base: upstream.url,
    upstream: ["stream_idle_timeout_ms: 0", "request_timeout_ms: 150"],
  });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/rest", [AUTH, "Content-Length: 10"], "ab"));
  await upstream.nextRequest();
  // A request that came later reaches its deadline. So the deadlines of the upload would have passed, too.
  const other = await scene.client(gateway);
  await other.send(requestText("GET", "/up/hang", [AUTH]));
  expect((await other.response()).status).toBe(504);
  expect(client.end).toBeUndefined();
  await client.send("cdefghij");
  expect(await client.response("POST")).toMatchObject({ status: 200, text: "ok" });
});

test("interim responses do not extend the wait for an upload that stalls", async () => {
  let more = true;
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.requestHead();
    while (more && connection.end === undefined) {
      await connection.send("HTTP/1.1 103 Early Hints\r\n\r\n");
      await sleep(20);
    }
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["stream_idle_timeout_ms: 150"] });
  const client = await scene.client(gateway);
  await client.send(requestText("POST", "/up/rest", [AUTH, "Content-Length: 10"], "ab"));
  expect((await client.response("POST")).status).toBe(408);
  more = false;
});

test("the time of connecting does not count: the request is sent after it", async () => {
  // Proxy and upstream in one. It answers a SOCKS greeting and, after a while, the connect request (RFC 1928).
  const upstream = await scene.rawUpstream(async (connection) => {
    await connection.until("a greeting", () => connection.bytes.length >= 3 || undefined);
    connection.take(connection.bytes.length);
    await connection.send(Uint8Array.of(5, 0));
    await connection.until("a connect request", () => connection.bytes.length >= 10 || undefined);
    connection.take(connection.bytes.length);
    await sleep(2 * TIMEOUT_MS);
    await connection.send(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
    await connection.request();
    await connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
  });
  const gateway = await scene.gateway({
    base: "http://no-such-host.invalid",
    upstream: [
      ...TIMEOUT,
      "stream_idle_timeout_ms: 100",
      `proxy: {protocol: socks, address: "127.0.0.1:${upstream.port}"}`,
    ],
  });
  for (const [method, body] of [
    ["GET", ""],
    ["POST", "small"],
    ["POST", "x".repeat(1_000_000)],
  ] as const) {
    const client = await scene.client(gateway);
    await client.send(requestText(method, "/up/x", [AUTH, `Content-Length: ${body.length}`], body));
    expect(await client.response(method)).toMatchObject({ status: 200, text: "ok" });
  }
});
