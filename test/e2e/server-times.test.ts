// Checks how long the server waits for its clients, with short times, and that the default times are those of the contract.

import { connect as connectTcp } from "node:net";
import { expect, test } from "vitest";
import { DEFAULT_SERVER_TIMES, HEAD_BYTES } from "../../src/runtime/downstream/server.ts";
import { DEFAULT_IDLE_TIMES } from "../../src/runtime/upstream/connections/upstream-socket.ts";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import { inboundTls } from "../support/tls-files.ts";

const scene = setScene();
const UNUSED = "http://127.0.0.1:9";

test("the default times are those of contract, section 4", () => {
  expect(DEFAULT_SERVER_TIMES).toEqual({
    headMs: 10_000,
    headCheckMs: 1000,
    keepAliveMs: 65_000,
    handshakeMs: 10_000,
  });
  expect(HEAD_BYTES).toBe(32 * 1024);
  expect(DEFAULT_IDLE_TIMES).toEqual({
    idleMs: 55_000,
    hintMarginMs: 1000,
    sweepMs: 10_000,
    youngMs: 4000,
    replayMs: 1000,
  });
});

test("headers that are late by default are closed within 12 s of their first byte", () => {
  // Found by the first check after their time, or by the next when that one ran early.
  const { headMs, headCheckMs } = DEFAULT_SERVER_TIMES;
  expect(headMs + 2 * headCheckMs).toBeLessThanOrEqual(12_000);
});

test("headers may come slowly within their time; a request that was begun and is late gets a 408", async () => {
  const upstream = await scene.upstream();
  const times = { server: { headMs: 600, headCheckMs: 50 } };
  const gateway = await scene.gateway({ base: upstream.url }, { times });
  const slow = await scene.client(gateway);
  const late = await scene.client(gateway);
  const began = performance.now();
  const [first = "", ...rest] = requestText("GET", "/up/x", [AUTH]).split(/(?<=\r\n)/);
  await slow.send(first);
  await late.send(first);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await slow.send(...rest);
  expect((await slow.response()).status).toBe(200);

  expect((await late.response()).status).toBe(408);
  expect(performance.now() - began).toBeGreaterThan(500);
  expect(await within("the late connection to be closed", late.ended)).toBe("fin");
});

test("an idle kept-alive connection is closed after its time", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url }, { times: { server: { keepAliveMs: 300 } } });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  expect((await client.response()).status).toBe(200);
  const idleSince = performance.now();
  expect(client.end).toBeUndefined();
  // The default of 65 s would come too late here.
  expect(await within("the idle connection to be closed", client.ended, 4000)).toBe("fin");
  expect(performance.now() - idleSince).toBeGreaterThan(250);
});

test("a TLS handshake that does not go on is closed after its time", async () => {
  const gateway = await scene.gateway(
    { base: UNUSED, top: [await inboundTls(), "observability: {logging: {level: debug}}"] },
    { times: { server: { handshakeMs: 300 } } },
  );
  const socket = connectTcp(gateway.port, "127.0.0.1");
  socket.on("error", () => {});
  socket.resume();
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write("\x16\x03\x01", "latin1");
  await within("the end of a silent client", closed);
  const line = gateway.logs.find(({ msg }) => msg === "tls handshake failed");
  expect(line?.["cause"]).toBe("ERR_TLS_HANDSHAKE_TIMEOUT");
});
