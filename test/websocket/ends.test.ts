// Checks how WebSockets end: either side leaves in any way, nothing is said for too long, the gateway drains or reloads
// (contract, section 15).

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { describe, expect, it, onTestFinished } from "vitest";
import { AUTH, configText, TOKEN } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilCounts } from "../support/scene.ts";
import { ASKS, closeFrame, expectBytes, frame, handshake, openSocket } from "../support/websocket.ts";

const scene = setScene();
const ON = ["websocket: true"];

/** How long news of one side's end may take to the other, ms. The contract says 5; a busy machine needs more. */
const AT_ONCE_MS = 150;

async function opened(lines: readonly string[] = ON, top: readonly string[] = []) {
  const server = await scene.rawUpstream();
  const gateway = await scene.gateway({ base: server.url, upstream: lines, top });
  const client = await scene.client(gateway);
  return { gateway, server, ...(await openSocket(client, () => server.nextConnection())) };
}

type Opened = Awaited<ReturnType<typeof opened>>;

async function took(what: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await what;
  return performance.now() - start;
}

describe("a WebSocket whose one side leaves", () => {
  it.each<[string, (pair: Opened) => void, (pair: Opened) => Promise<unknown>, string]>([
    ["client FIN", ({ client }) => client.halfClose(), ({ upstream }) => upstream.ended, "client_closed"],
    ["client reset", ({ client }) => client.reset(), ({ upstream }) => upstream.ended, "client_closed"],
    ["upstream FIN", ({ upstream }) => upstream.halfClose(), ({ client }) => client.ended, "upstream_aborted"],
    ["upstream reset", ({ upstream }) => upstream.reset(), ({ client }) => client.ended, "upstream_aborted"],
  ])("tells the other side at once: %s", async (_what, leave, told, outcome) => {
    const pair = await opened([...ON, "upstream_key_max_inflight: 1"]);
    const waited = took(told(pair));
    leave(pair);
    expect(await waited).toBeLessThan(AT_ONCE_MS);
    expect(await pair.gateway.completed()).toMatchObject({ outcome, status: 101 });
    // Both connections are closed, although one of the sides stays half open.
    await pair.server.untilIdle();
    await untilCounts(pair.gateway, ({ upstream }) => upstream === 0);
  });

  it.each<[string, (pair: Opened) => void, (pair: Opened) => Promise<unknown>]>([
    ["client", ({ client }) => client.reset(), ({ upstream }) => upstream.ended],
    ["upstream", ({ upstream }) => upstream.reset(), ({ client }) => client.ended],
  ])("passes a reset on as a reset: %s", async (_what, leave, told) => {
    const pair = await opened();
    leave(pair);
    expect(await told(pair)).toBe("reset");
  });

  it("delivers what was sent before a FIN, both ways", async () => {
    const { client, upstream, gateway } = await opened();
    const last = frame("the last words", { masked: true });
    await client.send(last);
    client.halfClose();
    expect(await expectBytes(upstream, last)).toEqual(last);
    const answer = frame(Buffer.alloc(300_000, 1));
    await upstream.send(answer);
    expect(await expectBytes(client, answer)).toEqual(answer);
    await upstream.close();
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", bytes_sent: answer.length });
  });

  it("lets the client answer an upstream that has closed its sending side", async () => {
    const { client, upstream } = await opened();
    upstream.halfClose();
    await client.ended;
    const last = closeFrame(1000, true);
    await client.send(last);
    expect(await expectBytes(upstream, last)).toEqual(last);
  });

  it("gives a slow client the upstream's last bytes, however long it takes them", async () => {
    const { client, upstream } = await opened();
    client.socket.pause();
    const bytes = frame(Buffer.alloc(8_000_000, 3), { opcode: 2 });
    void upstream.send(bytes).then(() => upstream.halfClose());
    await new Promise((resolve) => setTimeout(resolve, 1500));
    client.socket.resume();
    expect((await expectBytes(client, bytes)).equals(bytes)).toBe(true);
    expect(await client.ended).toBe("fin");
  });

  it("before the answer: the request upstream ends with it", async () => {
    const server = await scene.rawUpstream();
    const gateway = await scene.gateway({ base: server.url, upstream: [...ON, "upstream_key_max_inflight: 1"] });
    for (const leave of ["halfClose", "reset"] as const) {
      const client = await scene.client(gateway);
      await client.send(handshake());
      const upstream = await server.nextConnection();
      await upstream.requestHead();
      client[leave]();
      await upstream.ended;
      await untilCounts(gateway, ({ inFlight, upstream: held }) => inFlight + held === 0);
    }
    expect(gateway.logs.filter(({ msg }) => msg === "request completed")).toEqual([
      expect.objectContaining({ outcome: "client_closed", status: 499 }),
      expect.objectContaining({ outcome: "client_closed", status: 499 }),
    ]);
  });
});

describe("silence", () => {
  it("in both directions ends it", async () => {
    const { client, upstream, gateway } = await opened([...ON, "stream_idle_timeout_ms: 200"]);
    await client.ended;
    await upstream.ended;
    expect(await gateway.completed()).toMatchObject({ outcome: "upstream_timeout", status: 101, level: "warn" });
  });

  it("in one direction does not", async () => {
    const { client, upstream, gateway } = await opened([...ON, "stream_idle_timeout_ms: 400"]);
    for (let i = 0; i < 8; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await client.send(frame("still here", { masked: true }));
    }
    expect(upstream.end).toBeUndefined();
    expect(gateway.host.inFlight).toBe(1);
  });

  it("before the answer has the request timeout", async () => {
    const server = await scene.rawUpstream();
    const gateway = await scene.gateway({ base: server.url, upstream: [...ON, "request_timeout_ms: 200"] });
    const client = await scene.client(gateway);
    await client.send(handshake());
    expect((await client.response()).status).toBe(504);
    await server.untilIdle();
  });

  it("after the answer has no request timeout", async () => {
    const { client, upstream } = await opened([...ON, "request_timeout_ms: 150"]);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const bytes = frame("late");
    await upstream.send(bytes);
    expect(await expectBytes(client, bytes)).toEqual(bytes);
  });
});

it("a client that takes nothing is cut", async () => {
  const { client, upstream, gateway } = await opened(ON, ["downstream: {send_timeout_ms: 300}"]);
  client.socket.pause();
  void upstream.send(Buffer.alloc(32 * 1024 * 1024));
  await upstream.ended;
  expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 101 });
});

describe("limits", () => {
  it("hold their slots as long as it is open", async () => {
    const { client, gateway } = await opened(ON, ["concurrency: {downstream_max_inflight: 1}"]);
    const second = await scene.client(gateway);
    await second.send(handshake());
    expect((await second.response()).status).toBe(503);
    client.reset();
    await untilCounts(gateway, ({ inFlight }) => inFlight === 0);
    const third = await scene.client(gateway);
    await third.send(requestText("GET", "/healthz"));
    expect((await third.response()).status).toBe(200);
  });

  it.each([
    ["{per: day, tokens: 5000}", "/up/v1/responses", 502],
    ["{per: day, tokens: 4000}", "/up/v1/responses", 403],
    ["{per: day, usd: 5}", "/up/v1/responses", 400],
    ["{per: day, usd: 5}", "/up/v1/responses?model=gpt-5", 502],
    ["{per: day, usd: 0.001}", "/up/v1/responses?model=gpt-5", 403],
  ])("of budgets are checked when it is opened: %s, %s", async (budget, target, status) => {
    const dir = await mkdtemp(join(tmpdir(), "websocket-ledger-"));
    onTestFinished(() => rm(dir, { recursive: true }));
    const usage = [`usage: {enabled: true, ledger: {dir: "${dir}"}}`];
    const yaml = configText({ base: "http://127.0.0.1:1", upstream: ON, top: usage }).replace(
      `tokens: [${TOKEN}]`,
      `clients: [{id: a, tokens: [${TOKEN}], budgets: [${budget}]}]`,
    );
    const gateway = await scene.gateway({ base: "http://127.0.0.1:1", top: usage });
    gateway.swap(yaml);
    const client = await scene.client(gateway);
    await client.send(handshake(target));
    expect((await client.response()).status).toBe(status);
  });

  it.each([
    ["/up/v1/realtime?model=gpt-realtime", 502],
    ["/up/v1/realtime?model=other", 403],
    ["/up/v1/realtime", 400],
    ["/up/v1/realtime?model=gpt-realtime&model=other", 400],
  ])("of models read the query: %s", async (target, status) => {
    const yaml = configText({ base: "http://127.0.0.1:1", upstream: ON }).replace(
      `tokens: [${TOKEN}]`,
      `clients: [{id: a, tokens: [${TOKEN}], models: ["gpt-*"]}]`,
    );
    const gateway = await scene.gateway({ base: "http://127.0.0.1:1" });
    gateway.swap(yaml);
    const client = await scene.client(gateway);
    await client.send(requestText("GET", target, [AUTH, ...ASKS]));
    expect((await client.response()).status).toBe(status);
  });
});

describe("a shutdown", () => {
  const DRAIN = ["shutdown: {drain_timeout_ms: 100}"];
  const GOING_AWAY = closeFrame(1001);

  it("sends both sides a close frame, and ends when both have answered", async () => {
    const { client, upstream, gateway } = await opened(ON, DRAIN);
    const start = performance.now();
    const drained = gateway.drain();
    expect(await expectBytes(client, GOING_AWAY)).toEqual(GOING_AWAY);
    const masked = await expectBytes(upstream, closeFrame(1001, true));
    expect(unmasked(masked)).toEqual([0x88, 0x82, 0x03, 0xe9]);
    await client.send(closeFrame(1001, true));
    await upstream.send(GOING_AWAY);
    await client.ended;
    await upstream.ended;
    // It counts as broken.
    expect(await drained).toBe(false);
    expect(performance.now() - start).toBeLessThan(900);
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 101 });
  });

  it("waits for the end of the frames that are under way, and passes nothing after them", async () => {
    const { client, upstream, gateway } = await opened(ON, DRAIN);
    const [up, down] = [frame(Buffer.alloc(1000, 1), { masked: true }), frame(Buffer.alloc(70_000, 2))];
    await client.send(up.subarray(0, 500));
    await upstream.send(down.subarray(0, 3));
    const drained = gateway.drain();
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(client.bytes.equals(down.subarray(0, 3))).toBe(true);
    expect(upstream.bytes.equals(up.subarray(0, 500))).toBe(true);
    await client.send(Buffer.concat([up.subarray(500), frame("dropped", { masked: true })]));
    await upstream.send(Buffer.concat([down.subarray(3), frame("dropped")]));
    expect(await expectBytes(client, down)).toEqual(down);
    expect(await expectBytes(client, GOING_AWAY)).toEqual(GOING_AWAY);
    expect(await expectBytes(upstream, up)).toEqual(up);
    expect(unmasked(await expectBytes(upstream, closeFrame(1001, true)))).toEqual([0x88, 0x82, 0x03, 0xe9]);
    expect(await drained).toBe(false);
    expect(client.bytes).toHaveLength(0);
    expect(upstream.bytes).toHaveLength(0);
  });

  it("waits for at most a second for an answer", async () => {
    const { gateway, client, upstream } = await opened(ON, DRAIN);
    const start = performance.now();
    expect(await gateway.drain()).toBe(false);
    const ms = performance.now() - start;
    expect(ms).toBeGreaterThan(900);
    expect(ms).toBeLessThan(2000);
    await Promise.all([client.ended, upstream.ended]);
    expect(gateway.host.inFlight).toBe(0);
  });

  it("does not break one that is closed in time", async () => {
    const { client, upstream, gateway } = await opened(ON, ["shutdown: {drain_timeout_ms: 5000}"]);
    const drained = gateway.drain();
    await client.send(closeFrame(1000, true));
    await upstream.send(closeFrame(1000));
    await expectBytes(client, closeFrame(1000));
    upstream.halfClose();
    client.halfClose();
    expect(await drained).toBe(true);
    expect(await gateway.completed(({ status }) => status === 101)).toMatchObject({ outcome: "success" });
  });

  it("breaks one that is not open yet", async () => {
    const server = await scene.rawUpstream();
    const gateway = await scene.gateway({ base: server.url, upstream: ON, top: DRAIN });
    const client = await scene.client(gateway);
    await client.send(handshake());
    await server.nextConnection();
    const start = performance.now();
    expect(await gateway.drain()).toBe(false);
    expect(performance.now() - start).toBeLessThan(900);
    await client.ended;
  });
});

it("a reload leaves it on its plan", async () => {
  const { client, upstream, gateway, server } = await opened();
  gateway.swap(configText({ base: server.url }));
  expect(gateway.host.plans).toBe(2);
  const bytes = frame("after the reload", { masked: true });
  await client.send(bytes);
  expect(await expectBytes(upstream, bytes)).toEqual(bytes);
  const other = await scene.client(gateway);
  await other.send(handshake());
  expect((await other.response()).status).toBe(426);
  client.reset();
  await untilCounts(gateway, ({ inFlight }) => inFlight === 0);
  expect(gateway.host.plans).toBe(1);
});

/** The bytes of a masked close frame, without its mask. */
function unmasked(bytes: Buffer): number[] {
  const key = bytes.subarray(2, 6);
  return [bytes[0] as number, bytes[1] as number, ...bytes.subarray(6).map((byte, i) => byte ^ (key[i] as number))];
}
