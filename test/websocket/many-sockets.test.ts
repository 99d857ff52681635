// Hundreds of WebSockets are open at a gateway of its own process. Some leave at random moments, in every way and at either side, while
// the config is reloaded twice. Then the rest leaves, others open, and the gateway shuts down. Nothing is left behind
// (contract, section 15).

import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { configText } from "../support/config.ts";
import { until } from "../support/deadline.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";
import { listen } from "../support/listen.ts";
import { samplesOf, total, totalsBy } from "../support/prometheus.ts";
import { randomFrom } from "../support/random.ts";
import { connectRaw, exchange, type RawClient, requestText } from "../support/raw-client.ts";
import { closeFrame, frame, handshake, switching } from "../support/websocket.ts";

const SOCKETS = 300;
/** How many of them leave at random moments. */
const LEAVING = SOCKETS / 10;
const LEAVING_MS = 4000;
const AT_ONCE = 50;
const SEED = 15_015;
const MIB = 1024 * 1024;
/** As much as the memory of the process may differ between two times at which the same is open. */
const GROWTH_MAX = 24 * MIB;
const METRICS = "observability: {metrics: {enabled: true, token: metrics-token-0123456789}}";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** Both ends of an open WebSocket. */
interface Pair {
  readonly client: RawClient;
  readonly peer: Socket;
}

const LEAVE: Readonly<Record<string, { readonly outcome: string; readonly leave: (pair: Pair) => void }>> = {
  goodbye: {
    outcome: "success",
    leave: ({ client, peer }) => {
      peer.once("data", () => {
        peer.write(closeFrame(1000));
        peer.end();
      });
      void client.send(closeFrame(1000, true));
    },
  },
  clientFin: { outcome: "client_closed", leave: ({ client }) => client.halfClose() },
  clientReset: { outcome: "client_closed", leave: ({ client }) => client.reset() },
  upstreamFin: { outcome: "upstream_aborted", leave: ({ peer }) => peer.end() },
  upstreamReset: { outcome: "upstream_aborted", leave: ({ peer }) => peer.resetAndDestroy() },
};

/** An upstream that opens every WebSocket, and sends an answer to each message. Its sockets are found by the path they ask for. */
async function startPeers() {
  const peers = new Map<string, Socket>();
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {}).on("close", () => open.delete(socket));
    socket.once("data", (head) => {
      peers.set(String(head).split(" ")[1] as string, socket);
      socket.write(switching());
      socket.on("data", () => socket.write(frame('{"type":"session.updated","session":{"model":"m"}}')));
    });
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}`, peers, open };
}

async function inflight(gateway: BuiltGateway) {
  const lines = ["Authorization: Bearer metrics-token-0123456789"];
  const { text } = await exchange(gateway.port, requestText("GET", "/metrics", lines));
  const samples = samplesOf(text);
  const of = (name: string) => total(samples, name);
  return {
    sockets: of("gateway_websockets_inflight"),
    requests: of("gateway_inflight_requests"),
    outcomes: totalsBy(samples, "gateway_requests_total", "outcome"),
  };
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

test.each([
  ["not metered", undefined],
  ["metered", ledgerFolder],
] as const)("hundreds of sockets come and go: %s", { timeout: 90_000 }, async (_what, folder) => {
  const random = randomFrom(SEED);
  const upstream = await startPeers();
  const dir = folder?.();
  const usage = dir === undefined ? [] : [`usage: {enabled: true, ledger: {dir: ${dir}}}`];
  const top = [METRICS, ...usage, "shutdown: {drain_timeout_ms: 500}"];
  const gateway = await startBuiltGateway(configText({ base: upstream.url, upstream: ["websocket: true"], top }));
  stops.push(() => gateway.close());
  let opened = 0;

  /** Opens one, and lets it speak once. */
  async function open(): Promise<Pair> {
    const path = `/up/${opened++}`;
    const client = await connectRaw(gateway.port);
    stops.push(() => client.close());
    await client.send(handshake(path));
    expect((await client.head()).status).toBe(101);
    await client.send(frame('{"type":"session.update","session":{"model":"m"}}', { masked: true }));
    await client.untilText("session.updated");
    return { client, peer: upstream.peers.get(path.slice(3)) as Socket };
  }

  async function openMany(count: number): Promise<Pair[]> {
    const pairs: Pair[] = [];
    while (pairs.length < count) {
      const some = Math.min(AT_ONCE, count - pairs.length);
      pairs.push(...(await Promise.all(Array.from({ length: some }, open))));
    }
    return pairs;
  }

  async function untilNone(): Promise<void> {
    await until("all upstream connections to close", () => upstream.open.size === 0);
    expect(await inflight(gateway)).toMatchObject({ sockets: 0, requests: 0 });
  }

  // The first ones also make the process load and compile what it needs.
  const warm = await openMany(SOCKETS);
  for (const { client } of warm) client.reset();
  await untilNone();
  const before = gateway.memory();

  const pairs = await openMany(SOCKETS);
  const full = gateway.memory();
  expect((await inflight(gateway)).sockets).toBe(SOCKETS);
  const expected = new Map([["client_closed", SOCKETS]]);
  const leave = (pair: Pair): void => {
    const { outcome, leave: go } = Object.values(LEAVE)[Math.floor(random() * 5)] as (typeof LEAVE)[string];
    expected.set(outcome, (expected.get(outcome) ?? 0) + 1);
    go(pair);
  };
  const leavers = pairs.splice(0, LEAVING);
  const reloads = [LEAVING_MS / 3, LEAVING_MS / 2].map(async (ms, index) => {
    await pause(ms);
    const { length } = gateway.lines;
    const route = `  - {id: more${index}, prefix: /more${index}, upstream: {base_url: "${upstream.url}"}}\n`;
    writeFileSync(gateway.file, readFileSync(gateway.file, "utf8") + route);
    gateway.kill("SIGHUP");
    await gateway.logged(({ msg }) => msg === "reloaded", length);
  });
  await Promise.all([
    ...reloads,
    ...leavers.map(async (pair) => {
      await pause(random() * LEAVING_MS);
      leave(pair);
    }),
  ]);
  await until("the rest to be open alone", () => upstream.open.size === pairs.length);
  expect((await inflight(gateway)).sockets).toBe(SOCKETS - LEAVING);
  for (const pair of pairs) leave(pair);
  await untilNone();
  const after = gateway.memory();
  const { outcomes } = await inflight(gateway);
  for (const [outcome, count] of expected) expect([outcome, outcomes[outcome]]).toEqual([outcome, count]);

  await openMany(SOCKETS);
  const again = gateway.memory();
  expect((again - full) / MIB).toBeLessThan(GROWTH_MAX / MIB);
  expect((after - before) / MIB).toBeLessThan(GROWTH_MAX / MIB);
  gateway.kill("SIGTERM");
  // The sockets that are left count as broken.
  expect(await gateway.ended).toBe(1);
  await until("all upstream connections to close", () => upstream.open.size === 0);
  const done = gateway.lines.filter(({ msg, route_id }) => msg === "request completed" && route_id === "up");
  expect(done).toHaveLength(opened);
  expect(new Set(done.map(({ request_id }) => request_id)).size).toBe(opened);
  expect(gateway.output.err).not.toContain("(node:");
  expect(gateway.output.err).not.toMatch(/^\s+at /m);
  if (dir !== undefined) expect(ledgerLines(dir)).toHaveLength(opened);
});
